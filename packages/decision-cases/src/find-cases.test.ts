import { describe, expect, it } from "vitest";
import { DecisionCasesError } from "./decision-case.ts";
import { findCases } from "./find-cases.ts";

const cases = "apiVersion: portcullis.dev/v1\nkind: DecisionCases\ncases: []\n";

function aBundle(files: Readonly<Record<string, string>>) {
  return { files: Object.entries({ "p.yaml": "kind: ImagePolicy", "lists/a.txt": "x", ...files }).map(([path, text]) => ({ path, text })) };
}

describe("findCases", () => {
  it("finds the documents of cases among the files of a bundle", () => {
    const found = findCases(aBundle({ "a.yaml": cases, "deep/b.yml": cases, "c.txt": cases }));

    expect(found.map(({ file }) => file)).toEqual(["a.yaml", "deep/b.yml"]);
  });

  it("takes cases that name no policies to be about the bundle itself", () => {
    const bundle = aBundle({ "a.yaml": cases });

    expect(findCases(bundle)[0]?.bundle).toBe(bundle);
  });

  it.each([
    ["the folder above", "cases/a.yaml", "..", ["p.yaml", "lists/a.txt"]],
    ["a folder", "a.yaml", "./lists/", ["a.txt"]],
    ["a file", "cases/a.yaml", "../lists/a.txt", ["a.txt"]],
  ])("reads policies from %s", (_what, path, name, expected) => {
    const [found] = findCases(aBundle({ [path]: `${cases}policiesFrom: [${name}]\n` }));

    expect(found?.bundle.files.map((file) => file.path)).toEqual(expect.arrayContaining(expected));
  });

  it("keeps policies that stand beside the cases, or in them, to those cases", () => {
    const [beside, within] = findCases(
      aBundle({
        "a.yaml": `${cases}---\nkind: ImagePolicy\n`,
        "b.yaml": `${cases}files: { c.yaml: "kind: ImagePolicy" }\n`,
      }),
    );

    expect(beside?.bundle.files.map(({ path }) => path)).toEqual(["a.yaml"]);
    expect(within?.bundle.files.map(({ path }) => path)).toEqual(["b.yaml", "c.yaml"]);
  });

  it.each(["../policies", "/etc", "none", "lists/a.txt/b"])("refuses policies from outside of the bundle (%s)", (name) => {
    const finding = () => findCases(aBundle({ "a.yaml": `${cases}policiesFrom: [${name}]\n`, "b.yaml": `${cases}cases: 7\n` }));

    expect(finding).toThrow(DecisionCasesError);
    expect(finding).toThrow(/a\.yaml:1: policiesFrom: names .*\n.*b\.yaml/u);
  });
});
