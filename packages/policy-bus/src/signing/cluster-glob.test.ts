import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namesCluster } from "./cluster-glob.ts";

describe("namesCluster", () => {
  it.each([
    ["*", "", true],
    ["*", "prod", true],
    ["prod", "prod", true],
    ["prod", "prod-1", false],
    ["prod", "Prod", false],
    ["prod-*", "prod-", true],
    ["prod-*", "prod", false],
    ["*-eu", "prod-eu", true],
    ["*-eu", "prod-eu-1", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["a.c", "abc", false],
    ["**a**", "bab", true],
  ])("tells whether %s names %j: %s", (glob, cluster, isNamed) => {
    expect(namesCluster([glob], cluster)).toBe(isNamed);
  });

  it("takes one glob of several, and nothing for none", () => {
    expect(namesCluster(["canary", "prod-*"], "prod-1")).toBe(true);
    expect(namesCluster([], "prod-1")).toBe(false);
  });

  it("agrees with a regular expression", () => {
    const glob = fc.stringMatching(/^[ab*]{0,6}$/u);
    const cluster = fc.stringMatching(/^[ab]{0,8}$/u);

    fc.assert(
      fc.property(
        glob,
        cluster,
        (each, name) => namesCluster([each], name) === new RegExp(`^${each.replaceAll("*", ".*")}$`, "u").test(name),
      ),
      { numRuns: 2_000 },
    );
  });

  it("ends soon for a glob made to take long", () => {
    expect(namesCluster([`${"*a".repeat(126)}b`], "a".repeat(253))).toBe(false);
  });
});
