import { describe, expect, it } from "vitest";
import { aBundle, aPolicy, problemsOf } from "./a-bundle.ts";
import { compile } from "./compile.ts";
import { PolicyCompileError, type PolicyProblem } from "./policy-problem.ts";

const revision = { lineage: "test", epoch: 1, revision: 1 };

const head = "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: p }\nspec:\n";

function problemsOfText(text: string, lists: Readonly<Record<string, string>> = {}): readonly PolicyProblem[] {
  return problemsOf(aBundle([text], lists));
}

describe("compile", () => {
  it("names the kinds that work when it meets another", () => {
    const problems = problemsOfText("apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate");

    expect(problems[0]?.message).toBe('kind "ConstraintTemplate" is not run; the kinds that work are "ImagePolicy" and "Bundle"');
  });

  it("passes over decision cases that stand beside the policies", () => {
    const cases = "apiVersion: portcullis.dev/v1\nkind: DecisionCases\ncases: []";

    const snapshot = compile(aBundle([`${cases}\n---\n${aPolicy({ name: "a", deny: ["y"] })}`]), { revision });

    expect(snapshot.policies.map(({ name }) => name)).toEqual(["a"]);
  });

  it("says of a Rego module that it is not run", () => {
    const problems = problemsOf({ files: [{ path: "rules/deny.rego", text: "package x" }] });

    expect(problems).toMatchObject([{ code: "policy-unknown-kind", file: "rules/deny.rego", line: 1 }]);
  });

  it("reports the mistakes of all documents and files together, by file and line", () => {
    const bundle = {
      files: [
        { path: "b.yaml", text: `${head}  alow: []\n  deny: [1]\n---\nkind: Pod` },
        {
          path: "a.json",
          text: '{"apiVersion":"portcullis.dev/v1",\n"kind":"ImagePolicy","metadata":{"name":"q"},\n"spec":{"deny":["a//b"]}}',
        },
      ],
    };

    const problems = problemsOf(bundle);

    expect(problems.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      "a.json:3 pattern-empty-component",
      "b.yaml:5 policy-unknown-field",
      "b.yaml:6 policy-wrong-type",
      "b.yaml:8 policy-unknown-kind",
    ]);
  });

  it("refuses two policies of one name, and says where the first stands", () => {
    const problems = problemsOf(aBundle([aPolicy({ name: "a", deny: ["y"] }), aPolicy({ name: "a", deny: ["z"] })]));

    expect(problems).toMatchObject([{ code: "policy-duplicate-name", line: 3, field: "metadata.name" }]);
    expect(problems[0]?.message).toContain('"policies.yaml" at line 1');
  });

  it("refuses a second Bundle document", () => {
    const text = "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: {}";

    const problems = problemsOfText(`${text}\n---\n${text}`);

    expect(problems).toMatchObject([{ code: "policy-second-bundle", line: 5 }]);
  });

  it("refuses a bundle without a policy, since a folder that failed to mount looks like one", () => {
    expect(problemsOf({ files: [] })).toMatchObject([{ code: "policy-none", file: "." }]);
    expect(problemsOf({ files: [{ path: "a.yaml", text: "# nothing\n---\n" }] })).toMatchObject([{ code: "policy-none", file: "a.yaml" }]);
  });

  it("takes a Bundle document alone as the author's wish", () => {
    const snapshot = compile(aBundle(["apiVersion: portcullis.dev/v1\nkind: Bundle\nmetadata: { name: open }\nspec: { default: allow }"]), {
      revision,
    });

    expect(snapshot).toMatchObject({ policies: [], defaultVerdict: "allow", shortNames: "dockerHub", patternCount: 0 });
  });

  it("refuses an allow list whose files hold no pattern", () => {
    const problems = problemsOfText(`${head}  allowFrom: a.txt`, { "a.txt": "# all withdrawn\n\n" });

    expect(problems).toMatchObject([{ code: "policy-empty-list", line: 5, field: "spec.allowFrom" }]);
  });

  it("takes a deny list whose file holds no pattern", () => {
    expect(problemsOfText(`${head}  denyFrom: a.txt`, { "a.txt": "" })).toEqual([]);
  });

  it("takes a deny list that is empty for the time being as no rule at all", () => {
    expect(problemsOfText(`${head}  deny: []`)).toEqual([]);
  });

  it("reports wrong lines of a list file with their place", () => {
    const text = `good.example/**\r\n\r\nbad//pattern\n${"x".repeat(3_000)}\n`;

    const problems = problemsOfText(`${head}  allowFrom: lists/a.txt`, { "lists/a.txt": text });

    expect(problems).toMatchObject([
      { code: "pattern-empty-component", file: "lists/a.txt", line: 3, field: "" },
      { code: "pattern-too-long", file: "lists/a.txt", line: 4, message: "is too long for a pattern" },
    ]);
  });

  it("prints 500 mistakes and says how many more there are", () => {
    const problems = problemsOfText(`${head}  allowFrom: a.txt`, { "a.txt": "a//b\n".repeat(700) });

    expect(problems).toHaveLength(501);
    expect(problems.at(-1)).toMatchObject({ code: "policy-too-many-problems", message: expect.stringContaining("200 more") });
  });

  it("prints one line per mistake, with its field where there is one", () => {
    const error = new PolicyCompileError(problemsOfText(`${head}  deny: [1]\n  deny: [2]`));

    expect(error.message.split("\n")).toEqual([expect.stringMatching(/^policies\.yaml:6: the field "deny" stands/u)]);
    expect(new PolicyCompileError(problemsOfText(`${head}  deny: [1]`)).message).toMatch(/^policies\.yaml:5: spec\.deny\[0\]: must be/u);
  });

  it("lets a programming mistake through", () => {
    const bundle = {
      get files(): never {
        throw new TypeError("no files");
      },
    };

    expect(() => problemsOf(bundle)).toThrow(TypeError);
  });

  it("refuses a document that is nested without end", () => {
    const problems = problemsOfText(`a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`);

    expect(problems).toContainEqual(expect.objectContaining({ code: "policy-yaml", line: 1, message: "is nested too deeply" }));
  });

  it("refuses aliases that would multiply", () => {
    const bomb = Array.from({ length: 12 }, (_, level) => `a${level}: &a${level} [${`*a${level - 1},`.repeat(level === 0 ? 0 : 10)}x]`);

    expect(problemsOfText(bomb.join("\n"))).toMatchObject([{ code: "policy-too-many-aliases" }]);
  });

  it("follows an alias to its value", () => {
    expect(problemsOfText(`${head}  allow: &list [x.example/a]\n  deny: *list`)).toEqual([]);
  });

  it("refuses a file of documents that is too long to be read in one go", () => {
    expect(problemsOfText(`# ${"x".repeat(1_100_000)}`)).toMatchObject([{ code: "policy-file-too-large", line: 1 }]);
    const long = `${head}  allow:\n${"    - registry.example/x\n".repeat(12_000)}`;
    expect(problemsOfText(`---\n${long}`)).toMatchObject([{ code: "policy-file-too-large", line: 1 }]);
    expect(problemsOfText(`${long}---\n`)).toMatchObject([{ code: "policy-file-too-large", line: 1 }]);
  });

  it("takes a file of many documents", () => {
    const documents = Array.from({ length: 2_000 }, (_, index) => aPolicy({ name: `p${index}`, deny: ["registry.example/x"] }));

    expect(problemsOf(aBundle(documents))).toEqual([]);
  });

  it("counts patterns and sorts policies by name", () => {
    const documents = [aPolicy({ name: "b", allow: ["a", "b"], except: ["c"] }), aPolicy({ name: "a", deny: ["d"] })];

    const snapshot = compile(aBundle(documents), { revision });

    expect(snapshot.policies.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(snapshot.patternCount).toBe(4);
    expect(snapshot.revision).toEqual(revision);
  });
});
