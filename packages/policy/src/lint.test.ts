import { describe, expect, it } from "vitest";
import { aBundle, aPolicy, type PolicyFields } from "./a-bundle.ts";
import { lint } from "./lint.ts";

/** A policy that gives no cause for advice. */
const quiet = { match: { namespaces: { exclude: ["kube-system"] } } };

function codesOf(fields: PolicyFields, lists: Readonly<Record<string, string>> = {}): string[] {
  return lint(aBundle([aPolicy(fields)], lists)).map(({ code }) => code);
}

describe("lint", () => {
  it.each([
    [{ ...quiet, allow: ["a.example/**"] }, []],
    [{ ...quiet, allow: ["**"] }, ["lint-allows-everything"]],
    [{ allow: ["a.example/**"] }, ["lint-system-namespace"]],
    [{ allow: ["a.example/**", "registry.k8s.io/**"] }, []],
    [{ enforcement: "warn", allow: ["a.example/**"] }, []],
    [{ match: { kinds: ["Job"] }, allow: ["a.example/**"] }, []],
    [{ ...quiet, allow: ["a.example/x", "a.example/y", "a.example/x"] }, ["lint-repeated-pattern"]],
    [{ deny: ["nginx", "docker.io/library/nginx"] }, ["lint-repeated-pattern"]],
    [{ ...quiet, allow: ["a.example/x", "a.example/**"] }, ["lint-shadowed-pattern"]],
    [{ ...quiet, allow: ["a.example/x/**", "a.example/**"] }, ["lint-shadowed-pattern"]],
    [{ deny: ["**/x", "a.example/x:1", "a.example/y"] }, ["lint-shadowed-pattern"]],
    [{ deny: ["a.example/**", `a.example/x@sha256:${"1".repeat(64)}`] }, ["lint-shadowed-pattern"]],
    [{ deny: ["**:latest", "**/x:latest", "a.example/*", "*.a.example/**"] }, ["lint-shadowed-pattern"]],
    [{ ...quiet, allow: ["a.example/**"], deny: ["a.example/**"] }, ["lint-never-admitted"]],
    [{ ...quiet, allow: ["a.example/x:1.*"], require: { digest: true } }, ["lint-never-admitted"]],
    [{ ...quiet, allow: ["a.example/x:latest", "a.example/x:1"], require: { tag: { forbid: ["latest"] } } }, ["lint-never-admitted"]],
    [{ ...quiet, allow: ["a.example/x:*"], require: { tag: { forbid: ["latest"] } } }, []],
    [{ deny: ["x"], match: { kinds: ["pod"] } }, ["lint-never-matches"]],
    [{ deny: ["x"], match: { namespaces: { include: ["a", "b-*"], exclude: ["a", "b-*"] } } }, ["lint-never-matches"]],
    [{ deny: ["x"], match: { clusters: { exclude: ["*"] } } }, ["lint-never-matches"]],
    [{ deny: ["x"], match: { fields: ["initContainers"] } }, ["lint-fields"]],
    [{ deny: ["x"], match: { fields: ["containers"] } }, []],
    [{ deny: ["x"], match: { fields: { exclude: ["*"] } } }, ["lint-never-matches"]],
    [{ deny: ["**", "a.example/**"] }, ["lint-shadowed-pattern"]],
    [{ deny: ["x", "x"], match: { kinds: ["pod"] } }, ["lint-never-matches", "lint-repeated-pattern"]],
    [{ deny: ["**/*", `a.example/${"x".repeat(252)}/*`, `a.example/${"x".repeat(252)}/**`] }, []],
    [{ alow: [] }, []],
  ])("says of %j: %j", (fields, codes) => {
    expect(codesOf(fields)).toEqual(codes);
  });

  it("looks into list files", () => {
    const lists = { "a.txt": "a.example/x\n\na.example/**\n", "unused.txt": "", "README.md": "words" };

    const advice = lint(aBundle([aPolicy({ ...quiet, allowFrom: "a.txt" })], lists));

    expect(advice).toMatchObject([
      { code: "lint-shadowed-pattern", file: "a.txt", line: 1, field: "", message: expect.stringContaining('line 3 of "a.txt"') },
      { code: "lint-unused-list", file: "unused.txt", line: 1 },
    ]);
  });

  it("says when the default undoes what allow lists close", () => {
    const open = "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: allow }";

    expect(lint(aBundle([aPolicy({ ...quiet, allow: ["a.example/**"] }), open]))).toMatchObject([{ code: "lint-open-default", line: 3 }]);
    expect(lint(aBundle([aPolicy({ deny: ["x"] }), open]))).toEqual([]);
  });

  it("rethrows what is no mistake of the author", () => {
    const bundle = {
      get files(): never {
        throw new TypeError("no files");
      },
    };

    expect(() => lint(bundle)).toThrow(TypeError);
  });
});
