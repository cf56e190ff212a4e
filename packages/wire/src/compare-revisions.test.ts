import { describe, expect, it } from "vitest";
import { compareRevisions, isAtLeast } from "./compare-revisions.ts";

describe("compareRevisions", () => {
  it("orders by epoch before revision", () => {
    expect(compareRevisions(token(2, 1), token(1, 9))).toBeGreaterThan(0);
    expect(compareRevisions(token(1, 8), token(1, 9))).toBeLessThan(0);
    expect(compareRevisions(token(1, 9), token(1, 9))).toBe(0);
  });

  it("does not compare across lineages", () => {
    expect(compareRevisions(token(1, 1), token(1, 1, "other"))).toBeUndefined();
  });
});

describe("isAtLeast", () => {
  it("holds for the same and for newer revisions", () => {
    expect(isAtLeast(token(1, 9), token(1, 9))).toBe(true);
    expect(isAtLeast(token(2, 1), token(1, 9))).toBe(true);
    expect(isAtLeast(token(1, 8), token(1, 9))).toBe(false);
  });

  it("asks for nothing by a token of another lineage", () => {
    expect(isAtLeast(token(1, 1), token(9, 9, "other"))).toBe(true);
  });
});

function token(epoch: number, revision: number, lineage = "test") {
  return { lineage, epoch, revision };
}
