import { normalizeDurations } from "@portcullis/api-server-simulator";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCacheTtls } from "./cache-ttl.ts";

describe("toCacheTtls", () => {
  it("reads every number as a kube-apiserver does, and refuses those it refuses", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -3, max: 2_000 }), fc.constantFrom(-1, 0, 1, 1_800, 1_801, 0.5)), (seconds) => {
        const theirs = outcome(() => normalizeDurations({ allowTTL: seconds, denyTTL: seconds }));
        const ours = outcome(() => toCacheTtls({ allowTtlSeconds: seconds, denyTtlSeconds: seconds }));

        expect(ours instanceof RangeError).toBe(theirs instanceof RangeError);
        if (!(ours instanceof RangeError) && !(theirs instanceof RangeError)) {
          expect(ours).toEqual({ allowMs: theirs.allowTtlMs, denyMs: theirs.denyTtlMs });
        }
      }),
    );
  });
});

function outcome<T>(work: () => T): T | RangeError {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
