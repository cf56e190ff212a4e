import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGlobs, globProblem } from "./name-glob.ts";

describe("compileGlobs", () => {
  it.each([
    ["prod", "prod", true],
    ["prod", "prod2", false],
    ["prod-*", "prod-", true],
    ["prod-*", "prod", false],
    ["*-prod", "eu-prod", true],
    ["*-prod", "prod", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*", "", true],
    ["**", "anything", true],
    ["a*b*c", "abc", true],
    ["a*b*c", "a-c-b", false],
    ["a*bc*bc", "a-bc", false],
    ["a.c", "abc", false],
  ])("%s against %s", (glob, name, matches) => {
    expect(compileGlobs([glob])(name)).toBe(matches);
  });

  it("matches when one of several does", () => {
    const matches = compileGlobs(["web", "team-*", "shop"]);

    expect(["web", "team-a", "shop", "dev"].map(matches)).toEqual([true, true, true, false]);
  });

  it("matches nothing without a glob", () => {
    expect(compileGlobs([])("")).toBe(false);
  });

  it("ends soon for a glob made to take long", () => {
    expect(compileGlobs([`${"*a".repeat(126)}b`])("a".repeat(253))).toBe(false);
  });

  it("agrees with a regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });

    fc.assert(
      fc.property(text, name, (glob, candidate) => {
        const expression = new RegExp(`^${glob.replaceAll("*", ".*")}$`, "u");
        expect(compileGlobs([glob])(candidate)).toBe(expression.test(candidate));
      }),
    );
  });
});

describe("globProblem", () => {
  it.each(["", "a?", "[a]", "{a,b}", "a b", "a\\b", "!a"])("refuses %j", (glob) => {
    expect(globProblem(glob)).toBeTypeOf("string");
  });

  it.each(["*", "prod-*", "arn:aws:eks:eu-west-1:1:cluster/prod", "Pod"])("takes %s", (glob) => {
    expect(globProblem(glob)).toBeUndefined();
  });
});
