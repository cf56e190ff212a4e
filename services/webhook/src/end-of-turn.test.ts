import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createEndOfTurn } from "./end-of-turn.ts";

const kibibyte = 1024;

describe("createEndOfTurn", () => {
  it("calls in order what one turn handed over, and what comes meanwhile in the next turn", async () => {
    const called: string[] = [];
    const atEndOfTurn = createEndOfTurn();

    atEndOfTurn(() => {
      called.push("first");
      atEndOfTurn(() => called.push("later"), kibibyte);
    }, kibibyte);
    atEndOfTurn(() => called.push("second"), kibibyte);
    const calledAtOnce = [...called];
    await nextTurn();
    const calledInFirstTurn = [...called];
    await nextTurn();

    expect(calledAtOnce).toEqual([]);
    expect(calledInFirstTurn).toEqual(["first", "second"]);
    expect(called).toEqual(["first", "second", "later"]);
  });

  it.each([
    ["small bodies 32 at a time", Array(100).fill(5 * kibibyte), [32, 64, 96, 100]],
    ["bodies of 255 KiB two at a time", Array(5).fill(255 * kibibyte), [2, 4, 5]],
    ["a body that is larger than a turn takes alone", [1, 7_168, 7_168, 1, 1].map((size) => size * kibibyte), [1, 2, 3, 5]],
    ["no more than 512 KiB, whatever waits behind", [300, 300, 212, 1].map((size) => size * kibibyte), [1, 3, 4]],
  ])("calls %s", async (_what, bodies: readonly number[], expected) => {
    let count = 0;
    const atEndOfTurn = createEndOfTurn();

    for (const bodyBytes of bodies) atEndOfTurn(() => count++, bodyBytes);
    const counts: number[] = [];
    for (const _turn of expected) {
      await nextTurn();
      counts.push(count);
    }

    expect(counts).toEqual(expected);
  });
});
