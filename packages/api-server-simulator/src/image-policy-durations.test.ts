import { describe, expect, it } from "vitest";
import { normalizeDurations } from "./image-policy-durations.ts";

describe("normalizeDurations", () => {
  it("takes 0 and what is absent for the default, and -1 for off", () => {
    const all = [
      {},
      { allowTTL: 0, denyTTL: 0, retryBackoff: 0 },
      { allowTTL: -1, denyTTL: -1, retryBackoff: -1 },
      { allowTTL: 50, denyTTL: 1, retryBackoff: 1 },
    ];

    const normal = all.map(normalizeDurations);

    const defaults = { allowTtlMs: 300_000, denyTtlMs: 30_000, retryBackoffMs: 500 };
    expect(normal).toEqual([
      defaults,
      defaults,
      { allowTtlMs: 0, denyTtlMs: 0, retryBackoffMs: 0 },
      { allowTtlMs: 50_000, denyTtlMs: 1000, retryBackoffMs: 1 },
    ]);
  });

  it.each([{ allowTTL: 1801 }, { denyTTL: -2 }, { denyTTL: 1.5 }, { retryBackoff: 300_001 }])("refuses %j", (durations) => {
    expect(() => normalizeDurations(durations)).toThrow(RangeError);
  });
});
