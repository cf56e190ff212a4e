import { type Attack, attack, type Bundle, compile, type Lint, lint, PolicyCompileError, type PolicyProblem } from "@portcullis/policy";
import { loadPolicyBundle } from "@portcullis/policy-bus";
import { isJson, type RunCommand } from "../command-definition.ts";
import { counted } from "../counted.ts";
import { describePlace } from "../describe-place.ts";
import { examplePolicies } from "../shipped-files.ts";
import { styled, type Terminal } from "../terminal.ts";

/** What is known of a bundle before it is served. */
interface CheckReport {
  /** False where there are mistakes or findings. */
  readonly ok: boolean;
  readonly policies: number;
  readonly patterns: number;
  /** What keeps the bundle from compiling. */
  readonly mistakes: readonly PolicyProblem[];
  /** What compiles and is probably not meant. */
  readonly findings: readonly Lint[];
  /** Foreign references that allow patterns admit. Notes: a pattern with room for others may well be meant. */
  readonly attacks: readonly Attack[];
}

/** `portcullis check`. */
export const check: RunCommand = async ({ arguments: paths, options }, terminal) => {
  const given = paths.length === 0 ? [examplePolicies(terminal.workingDirectory)] : paths;
  const report = checkBundle(await loadPolicyBundle(given));
  await terminal.print(isJson(options) ? `${JSON.stringify(report)}\n` : describe(report, given, terminal));
  return report.ok ? 0 : 1;
};

function checkBundle(bundle: Bundle): CheckReport {
  try {
    const snapshot = compile(bundle, { revision: { lineage: "check", epoch: 0, revision: 0 } });
    const findings = lint(bundle);
    const { length: policies } = snapshot.policies;
    return { ok: findings.length === 0, policies, patterns: snapshot.patternCount, mistakes: [], findings, attacks: attack(bundle) };
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    return { ok: false, policies: 0, patterns: 0, mistakes: error.problems, findings: [], attacks: [] };
  }
}

function describe({ policies, patterns, mistakes, findings, attacks }: CheckReport, paths: readonly string[], terminal: Terminal): string {
  const place = paths.join(", ");
  if (mistakes.length > 0) {
    const lines = mistakes.map((mistake) => `${describePlace(mistake)}: ${styled(terminal, "red", mistake.message)} (${mistake.code})\n`);
    return `${lines.join("")}${place}: ${counted(mistakes.length, "mistake")}; nothing of it would be served\n`;
  }
  const advice = findings.map((finding) => `${describePlace(finding)}: ${styled(terminal, "yellow", finding.message)} (${finding.code})\n`);
  const notes = attacks.map(
    ({ file, line, policy, pattern, reference, reason }) =>
      `${file}:${line}: note: policy "${policy}" allows "${pattern}", and so ${styled(terminal, "bold", reference)}: ${reason}\n`,
  );
  const summary = `${place}: ${counted(policies, "policy", "policies")} with ${counted(patterns, "pattern")} compile, ${counted(findings.length, "finding")}, ${counted(attacks.length, "note")}\n`;
  return [...advice, ...notes, summary].join("");
}
