import { createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { pacedSync } from "./paced-sync.ts";

describe("pacedSync", () => {
  it("shares a read that has not begun, and never one that has", async () => {
    const clock = createFakeClock();
    const reads: (() => void)[] = [];
    const sync = pacedSync(() => new Promise((resolve) => reads.push(resolve)), clock);

    const first = Promise.all([sync(), sync()]);
    await Promise.resolve();
    await Promise.resolve();
    const late = sync();
    reads[0]?.();
    await first;
    clock.advance(20);
    await Promise.resolve();
    await Promise.resolve();
    reads[1]?.();
    await late;

    expect(reads.length).toBe(2);
  });

  it("reads no more often than every 20 ms, however many ask", async () => {
    const clock = createFakeClock();
    const times: number[] = [];
    const sync = pacedSync(async () => void times.push(clock.now()), clock);

    await sync();
    for (let round = 0; round < 3; round += 1) {
      const asked = Promise.all([sync(), sync(), sync()]);
      clock.advance(20);
      await asked;
    }

    expect(times).toEqual([1_000, 1_020, 1_040, 1_060]);
  });
});
