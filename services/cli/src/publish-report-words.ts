import type { ChangeAgainst, PublishReport } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import { counted } from "./counted.ts";
import { describeDifference } from "./difference-words.ts";
import { describeAdvice, describeAttack, describeMistake } from "./finding-words.ts";
import { printable } from "./printable.ts";
import { describeAudience, shortDigest } from "./revision-words.ts";
import { styled, type Terminal } from "./terminal.ts";

/** What was found out about a bundle before it was signed: what is wrong with it first, then what it would change. */
export function describeReport(report: PublishReport, terminal: Terminal): string {
  const { mistakes, attacks, advice, cases, changes } = report;
  const lines = [
    ...mistakes.map((one) => describeMistake(one, terminal)),
    ...attacks.map((one) => describeAttack(one, terminal)),
    ...advice.map((one) => describeAdvice(one, terminal)),
    ...cases.failures.map(
      (one) =>
        `${printable(one.file)}:${one.line}: ${styled(terminal, "red", "fail")}: ${printable(one.case)}: ${printable(one.message)}\n`,
    ),
    ...(mistakes.length > 0 ? [] : [describeTotals(report)]),
    ...changes.map((change) => describeChange(change, terminal)),
  ];
  return lines.join("");
}

function describeTotals({ digest, files, policies, patterns, cases, attacks, advice }: PublishReport): string {
  const holes = attacks.filter(({ weight }) => weight === "hole").length;
  const content = `${counted(policies, "policy", "policies")} with ${counted(patterns, "pattern")} in ${counted(files, "file")}`;
  const found = `${counted(holes, "hole")}, ${counted(advice.length, "piece of advice", "pieces of advice")}`;
  const tested = cases.cases === 0 ? "no decision cases" : `${cases.passed} of ${counted(cases.cases, "decision case")} pass`;
  return `${content}: ${found}, ${tested}; ${shortDigest(digest)}\n`;
}

function describeChange({ token, audience, difference }: ChangeAgainst, terminal: Terminal): string {
  const against = `against ${formatRevision(token)} (${describeAudience(audience)})`;
  const lines = describeDifference(difference, terminal);
  return lines.length === 0 ? `no change ${against}\n` : `changes ${against}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
