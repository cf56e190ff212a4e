import { compile } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { aCase, aFolder, onlyInternal } from "./administration-fixture.ts";
import { checkedRevision, judgeCases } from "./judge-cases.ts";

function judge(files: Readonly<Record<string, string>>) {
  const bundle = aFolder(onlyInternal, files);
  return judgeCases(bundle, compile(bundle, { revision: checkedRevision }));
}

describe("judgeCases", () => {
  it("finds no cases where there are none", async () => {
    expect(await judge({})).toEqual({ files: 0, cases: 0, passed: 0, failed: 0, failures: [] });
  });

  it("counts what passes, and says where what fails stands", async () => {
    const report = await judge({
      "cases/a.yaml": aCase("internal-registry.io/a", "allow"),
      "cases/b.yaml": aCase("evil.example/a", "allow"),
    });

    expect(report).toMatchObject({ files: 2, cases: 2, passed: 1, failed: 1 });
    expect(report.failures).toMatchObject([{ file: "cases/b.yaml", line: 4, case: "evil.example/a is known" }]);
  });

  it("judges by what an overlay adds in the cluster that a case is about", async () => {
    const deny =
      'apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: eu }\nspec: { enforcement: deny, deny: ["**/debug"] }\n';
    const cases = aCase("internal-registry.io/debug", "deny", "defaults: { cluster: eu-1 }\n");

    expect(await judge({ "overlays/eu-*/a.yaml": deny, "cases.yaml": cases })).toMatchObject({ passed: 1, failed: 0 });
  });

  it("fails cases whose own policies do not compile", async () => {
    const report = await judge({ "a.yaml": aCase("a", "deny", "files: { broken.yaml: 'kind: Broken' }\n") });

    expect(report).toMatchObject({ cases: 1, passed: 0, failed: 1 });
    expect(report.failures[0]?.message).toMatch(/^its policies do not compile: broken\.yaml:1/u);
  });

  it("counts a file of cases that cannot be read as failed", async () => {
    expect(await judge({ "a.yaml": "kind: DecisionCases\napiVersion: portcullis.dev/v1\ncases: 7\n" })).toMatchObject({
      files: 0,
      failures: expect.arrayContaining([{ file: "a.yaml", line: 3, case: "", message: "cases: must be a list" }]),
    });
  });
});
