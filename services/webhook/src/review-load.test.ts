import { describe, expect, it } from "vitest";
import { createReviewLoad } from "./review-load.ts";

describe("createReviewLoad", () => {
  it("sheds reporting at half, tracing at three quarters, reviews when full", () => {
    const load = createReviewLoad({ maxInFlight: 8, maxBufferedBytes: 100 });

    const seen = Array.from({ length: 9 }, () => [load.pressure, load.enter()] as const);

    expect(seen.map(([pressure]) => pressure)).toEqual([
      ...Array(4).fill("calm"),
      ...Array(2).fill("shed-reporting"),
      ...Array(2).fill("shed-tracing"),
      "full",
    ]);
    expect(seen.map(([, entered]) => entered)).toEqual([...Array(8).fill(true), false]);
  });

  it("takes reviews again when some have left", () => {
    const load = createReviewLoad({ maxInFlight: 1, maxBufferedBytes: 100 });
    load.enter();

    load.leave();

    expect(load.enter()).toBe(true);
  });

  it("refuses bytes beyond its limit without counting them, and then new reviews only when full", () => {
    const load = createReviewLoad({ maxInFlight: 10, maxBufferedBytes: 100 });
    load.hold(90);

    const tooMany = load.hold(11);
    const entered = load.enter();
    const exact = load.hold(10);

    expect([tooMany, entered, exact, load.enter()]).toEqual([false, true, true, false]);
    load.drop(100);
    expect(load.bufferedBytes).toBe(0);
  });
});
