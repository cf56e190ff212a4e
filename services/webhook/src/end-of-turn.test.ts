import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createEndOfTurn } from "./end-of-turn.ts";

describe("createEndOfTurn", () => {
  it("calls in order what one turn handed over, and what comes meanwhile in the next turn", async () => {
    const called: string[] = [];
    const atEndOfTurn = createEndOfTurn();

    atEndOfTurn(() => {
      called.push("first");
      atEndOfTurn(() => called.push("later"));
    });
    atEndOfTurn(() => called.push("second"));
    const calledAtOnce = [...called];
    await nextTurn();
    const calledInFirstTurn = [...called];
    await nextTurn();

    expect(calledAtOnce).toEqual([]);
    expect(calledInFirstTurn).toEqual(["first", "second"]);
    expect(called).toEqual(["first", "second", "later"]);
  });

  it("leaves the event loop a turn between large crowds", async () => {
    let count = 0;
    const atEndOfTurn = createEndOfTurn();

    for (let call = 0; call < 100; call++) atEndOfTurn(() => count++);
    const counts: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await nextTurn();
      counts.push(count);
    }

    expect(counts).toEqual([32, 64, 96, 100]);
  });
});
