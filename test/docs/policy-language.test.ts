import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isPatternProblem, isReferenceProblem, matchesReference, parseImageReference, parseReferencePattern } from "@portcullis/image-ref";
import { compile } from "@portcullis/policy";
import { describe, expect, it } from "vitest";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/policy-language.md"), "utf8");
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);
const rows = [...page.matchAll(/^\| (`[^|]*`) \|([^|]*)\|([^|]*)\|$/gm)]
  .map(([, pattern = "", yes = "", no = ""]) => ({ pattern: quoted(pattern)[0] ?? "", yes: quoted(yes), no: quoted(no) }))
  .filter(({ yes }) => yes.some((reference) => /[./:]|^\w+$/.test(reference)))
  .filter(({ pattern }) => !/^(metadata|spec)\./.test(pattern));

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
}

function allows(patternText: string, referenceText: string): boolean {
  const pattern = parseReferencePattern(patternText);
  const reference = parseImageReference(referenceText);
  if (isPatternProblem(pattern)) throw new Error(pattern.message);
  if (isReferenceProblem(reference)) throw new Error(reference.message);
  return matchesReference(pattern, reference, "allow");
}

describe("docs/policy-language.md", () => {
  it.each(blocks)("shows policies that compile: %#", (text) => {
    const files = [
      { path: "policies.yaml", text },
      { path: "withdrawn-images.txt", text: "**/old\n" },
    ];

    const snapshot = compile({ files }, { revision: { lineage: "docs", epoch: 1, revision: 1 } });

    expect(snapshot.policies.length).toBeGreaterThan(0);
  });

  it("has blocks and rows to check", () => {
    expect(blocks.length).toBeGreaterThanOrEqual(4);
    expect(rows.length).toBeGreaterThanOrEqual(10);
  });

  it.each(rows)("says what $pattern matches", ({ pattern, yes, no }) => {
    expect(yes.filter((reference) => !allows(pattern, reference))).toEqual([]);
    expect(no.filter((reference) => allows(pattern, reference))).toEqual([]);
  });
});
