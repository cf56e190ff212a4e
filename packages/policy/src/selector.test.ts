import { describe, expect, it } from "vitest";
import { compileFieldScopes, compileSelector, narrowest } from "./selector.ts";

describe("compileSelector", () => {
  it.each([
    [["*"], [], "x", "judged"],
    [["a"], [], "x", "outside"],
    [["*"], ["x"], "x", "exempt"],
    [["a"], ["x"], "x", "exempt"],
    [["a"], ["b"], "x", "outside"],
  ])("include %j and exclude %j make %s %s", (include, exclude, name, scope) => {
    expect(compileSelector({ include, exclude })(name)).toBe(scope);
  });
});

describe("compileFieldScopes", () => {
  it.each([
    [["*"], [], "judged"],
    [["imageVolumes"], [], "judged"],
    [["*"], ["containers"], "judged"],
    [["containers"], ["containers"], "exempt"],
    [["*"], ["*"], "exempt"],
    [[], [], "outside"],
  ])("include %j and exclude %j make a field that is not known %s", (include, exclude, scope) => {
    expect(compileFieldScopes({ include, exclude }).any).toBe(scope);
  });
});

describe("narrowest", () => {
  it.each([
    ["judged", "judged", "judged"],
    ["judged", "exempt", "exempt"],
    ["exempt", "judged", "exempt"],
    ["exempt", "outside", "outside"],
    ["outside", "judged", "outside"],
  ] as const)("%s and %s is %s", (a, b, scope) => {
    expect(narrowest(a, b)).toBe(scope);
  });
});
