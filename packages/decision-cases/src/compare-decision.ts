import type { Finding } from "@portcullis/policy";
import type { CaseExpectation, ExpectedFinding } from "./decision-case.ts";

/** An answer as far as it can be seen; `lists` is absent where findings stay inside. */
export interface ComparedAnswer {
  readonly verdict: "allow" | "deny";
  readonly message: string;
  readonly lists: Readonly<Record<"findings" | "warnings" | "audited", readonly Finding[]>> | undefined;
}

/** What was expected and did not come, one sentence each. */
export function compareDecision(expect: CaseExpectation, answer: ComparedAnswer): readonly string[] {
  const differences: string[] = [];
  const said = answer.message === "" ? "" : `: ${answer.message}`;
  if (expect.verdict !== answer.verdict) differences.push(`expected ${expect.verdict}, got ${answer.verdict}${said}`);
  for (const text of expect.message) {
    if (!answer.message.includes(text))
      differences.push(`expected a message with ${JSON.stringify(text)}, got ${JSON.stringify(answer.message)}`);
  }
  if (answer.lists === undefined) return differences;
  const { findings, warnings, audited } = answer.lists;
  return [
    ...differences,
    ...compareFindings("findings", expect.findings, findings),
    ...compareFindings("warnings", expect.warnings, warnings),
    ...compareFindings("audited", expect.audited, audited),
  ];
}

function compareFindings(list: string, expected: readonly ExpectedFinding[] | undefined, found: readonly Finding[]): readonly string[] {
  if (expected === undefined) return [];
  const rest = [...found];
  const differences: string[] = [];
  // The pickiest first, so that a vague expectation does not take what a precise one needs.
  for (const wanted of expected.toSorted((a, b) => Object.keys(b).length - Object.keys(a).length)) {
    const index = rest.findIndex((finding) => isMatch(wanted, finding));
    if (index < 0) differences.push(`expected in ${list} ${JSON.stringify(wanted)}`);
    else rest.splice(index, 1);
  }
  return [...differences, ...rest.map((finding) => `did not expect in ${list} ${JSON.stringify(finding)}`)];
}

function isMatch({ message = "", ...exact }: ExpectedFinding, finding: Finding): boolean {
  const facts: Readonly<Record<string, string>> = { ...finding };
  return finding.message.includes(message) && Object.entries(exact).every(([name, value]) => facts[name] === value);
}
