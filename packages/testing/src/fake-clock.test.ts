import { describe, expect, it } from "vitest";
import { createFakeClock } from "./index.ts";

describe("createFakeClock", () => {
  it("runs what was scheduled at its time and in its order", () => {
    const clock = createFakeClock(0);
    const seen: [string, number][] = [];
    clock.schedule(20, () => seen.push(["second", clock.now()]));
    clock.schedule(10, () => {
      seen.push(["first", clock.now()]);
      clock.schedule(5, () => seen.push(["nested", clock.now()]));
    });
    const cancel = clock.schedule(12, () => seen.push(["cancelled", clock.now()]));

    cancel();
    clock.advance(20);

    expect(seen).toEqual([
      ["first", 10],
      ["nested", 15],
      ["second", 20],
    ]);
    expect(clock.now()).toBe(20);
  });
});
