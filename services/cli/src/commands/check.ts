import { type Attack, attack, compile, type Lint, lint, PolicyCompileError, type PolicyProblem } from "@portcullis/policy";
import { isJson, type RunCommand } from "../command-definition.ts";
import { counted } from "../counted.ts";
import { describeAdvice, describeAttack, describeMistake } from "../finding-words.ts";
import { type LoadedPolicies, loadPolicies } from "../load-policies.ts";
import { examplePolicies } from "../shipped-files.ts";
import type { Terminal } from "../terminal.ts";

/** What is known of a bundle before it is served. */
interface CheckReport {
  /** False where there are mistakes, or holes. */
  readonly ok: boolean;
  readonly policies: number;
  readonly patterns: number;
  /** What keeps the bundle from compiling. */
  readonly mistakes: readonly PolicyProblem[];
  /** Foreign references that allow patterns admit. A hole is one where strangers can put an image. */
  readonly attacks: readonly Attack[];
  /** What compiles and is probably not meant. Changes no exit status: who is sure may keep it. */
  readonly advice: readonly Lint[];
}

/** `portcullis check`. */
export const check: RunCommand = async ({ arguments: paths, options }, terminal) => {
  const given = paths.length === 0 ? [examplePolicies(terminal.workingDirectory)] : paths;
  const report = checkPolicies(await loadPolicies(given, terminal));
  await terminal.print(isJson(options) ? `${JSON.stringify(report)}\n` : describe(report, given, terminal));
  return report.ok ? 0 : 1;
};

function checkPolicies({ bundle, placed }: LoadedPolicies): CheckReport {
  try {
    const snapshot = compile(bundle, { revision: { lineage: "check", epoch: 0, revision: 0 } });
    const attacks = attack(bundle);
    const isOpen = attacks.some(({ weight }) => weight === "hole");
    const { patternCount: patterns, policies } = snapshot;
    const found = { attacks: placed(attacks), advice: placed(lint(bundle)) };
    return { ok: !isOpen, policies: policies.length, patterns, mistakes: [], ...found };
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    return { ok: false, policies: 0, patterns: 0, mistakes: placed(error.problems), attacks: [], advice: [] };
  }
}

function describe(report: CheckReport, paths: readonly string[], terminal: Terminal): string {
  const { policies, patterns, mistakes, attacks, advice } = report;
  const place = paths.join(", ");
  if (mistakes.length > 0) {
    const lines = mistakes.map((mistake) => describeMistake(mistake, terminal));
    return `${lines.join("")}${place}: ${counted(mistakes.length, "mistake")}; nothing of it would be served\n`;
  }
  const holes = attacks.filter(({ weight }) => weight === "hole").length;
  const counts = [
    counted(holes, "hole"),
    counted(attacks.length - holes, "note"),
    counted(advice.length, "piece of advice", "pieces of advice"),
  ];
  return [
    ...attacks.map((one) => describeAttack(one, terminal)),
    ...advice.map((one) => describeAdvice(one, terminal)),
    `${place}: ${counted(policies, "policy", "policies")} with ${counted(patterns, "pattern")}: ${counts.join(", ")}\n`,
  ].join("");
}
