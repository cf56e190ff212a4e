import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

describe("nearestName", () => {
  it.each([
    ["alow", "allow"],
    ["namespcae", "namespaces"],
    ["ALLOW", "allow"],
    ["allowFrm", "allowFrom"],
    ["enforcment", "enforcement"],
  ])("takes %s for %s", (name, meant) => {
    expect(nearestName(name, ["allow", "deny", "allowFrom", "namespaces", "enforcement"])).toBe(meant);
  });

  it.each(["kind", "x", "", "containers"])("knows no name near %j", (name) => {
    expect(nearestName(name, ["allow", "namespaces"])).toBeUndefined();
  });

  it("knows none where there is none", () => {
    expect(nearestName("allow", [])).toBeUndefined();
  });

  it("takes the first of two that are as near", () => {
    expect(nearestName("port", ["part", "pert"])).toBe("part");
  });

  it("does not compare what is longer than any name", () => {
    const name = "a".repeat(65);

    expect(nearestName(name, [name])).toBeUndefined();
  });

  it("finds a name in which one letter is another", () => {
    const word = fc.stringMatching(/^[a-z]{4,20}$/);

    fc.assert(
      fc.property(word, fc.nat(), (name, at) => {
        const place = at % name.length;
        const misspelt = `${name.slice(0, place)}_${name.slice(place + 1)}`;

        expect(nearestName(misspelt, ["enforcement-of-something", name])).toBe(name);
      }),
    );
  });
});
