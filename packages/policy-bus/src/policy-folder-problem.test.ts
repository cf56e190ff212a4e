import { describe, expect, it } from "vitest";
import { describeFolderProblem, folderError } from "./policy-folder-problem.ts";

describe("describeFolderProblem", () => {
  it("begins with the place of a mistake in a file", () => {
    const problem = { code: "pattern-host-alone", file: "policies/a.yaml", line: 7, field: "spec.allow[2]", message: "is a host" } as const;

    expect(describeFolderProblem(problem)).toBe("policies/a.yaml:7: spec.allow[2]: is a host");
  });

  it("claims no line of a folder that does not exist", () => {
    const { problems } = folderError("policy-folder-missing", "policies", '"policies" does not exist; create it');

    expect(problems.map(describeFolderProblem)).toEqual(['"policies" does not exist; create it']);
  });
});
