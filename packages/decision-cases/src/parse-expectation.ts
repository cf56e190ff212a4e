import { findingRules } from "@portcullis/policy";
import type { CaseValue } from "./case-value.ts";
import type { CaseExpectation, ExpectedFinding } from "./decision-case.ts";

const verdicts = ["allow", "deny"] as const;

const findingFields = ["policy", "rule", "image", "canonical", "field", "container", "message"] as const;

/** Reads `expect: deny`, or a map with `verdict` and what else must be true. */
export function parseExpectation(expect: CaseValue): CaseExpectation | undefined {
  const plain = verdicts.find((verdict) => verdict === expect.value);
  if (plain !== undefined) return { verdict: plain, message: [], findings: undefined, warnings: undefined, audited: undefined };
  const fields = expect.entries(["verdict", "message", "findings", "warnings", "audited"]);
  const verdict = fields?.get("verdict");
  if (fields === undefined || verdict === undefined) return expect.report('must be "allow", "deny", or a map with "verdict"');
  const read = verdict.choice(verdicts);
  if (read === undefined) return undefined;
  return {
    verdict: read,
    message: parseTexts(fields.get("message")),
    findings: parseFindings(fields.get("findings")),
    warnings: parseFindings(fields.get("warnings")),
    audited: parseFindings(fields.get("audited")),
  };
}

function parseTexts(value: CaseValue | undefined): readonly string[] {
  if (value === undefined) return [];
  const texts = Array.isArray(value.value) ? (value.items() ?? []) : [value];
  return texts.flatMap((each) => each.text() ?? []);
}

function parseFindings(list: CaseValue | undefined): readonly ExpectedFinding[] | undefined {
  return list?.items()?.map(parseFinding);
}

function parseFinding(finding: CaseValue): ExpectedFinding {
  const fields = finding.entries(findingFields);
  fields?.get("rule")?.choice(findingRules);
  return Object.fromEntries(
    [...(fields ?? [])].flatMap(([name, value]) => {
      const text = value.text();
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
