import { describe, expect, it } from "vitest";
import { parseReferencePattern } from "./parse-reference-pattern.ts";
import { buildPartialTable, type PartialPattern, readGroup } from "./partial-table.ts";
import { createShapeRegistry } from "./pattern-shape.ts";
import { isPatternProblem } from "./reference-pattern.ts";

function partialOf(text: string, ordinal: number): PartialPattern {
  const pattern = parseReferencePattern(text);
  if (isPatternProblem(pattern)) throw new Error(pattern.message);
  return { pattern, ordinal, shape: createShapeRegistry().shapeFor(pattern) };
}

describe("readGroup", () => {
  const texts = ["*a*.b/c", "**/*x*:1", "a.b/*y*/**", `c.d:5000/*z*@sha256:${"0".repeat(64)}`, "a.b/c:*v*"];
  const partials = texts.map(partialOf);

  function tableOf(groups: readonly (readonly [number, readonly PartialPattern[]])[]) {
    const steps = buildPartialTable(new Map(groups));
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  }

  it("gives the patterns that were written, with their ordinals", () => {
    const table = tableOf([
      [7, partials.slice(2)],
      [0, partials.slice(0, 2)],
    ]);

    expect([...readGroup(table, 0), ...readGroup(table, 7)]).toEqual(partials.map(({ pattern, ordinal }) => ({ pattern, ordinal })));
  });

  it("gives nothing for an ordinal that leads nowhere", () => {
    expect(readGroup(tableOf([[7, partials]]), 6)).toEqual([]);
    expect(readGroup(tableOf([]), 6)).toEqual([]);
  });
});
