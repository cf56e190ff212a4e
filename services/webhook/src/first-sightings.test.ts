import { describe, expect, it } from "vitest";
import { createFirstSightings } from "./first-sightings.ts";

describe("createFirstSightings", () => {
  it("says yes once for each key until it has forgotten it", () => {
    const sightings = createFirstSightings({ maxKeys: 10, forgetAfterMs: 100 });

    const seen = [0, 50, 99, 100, 150].map((nowMs) => sightings.isFirst("10.0.0.1", nowMs));

    expect(seen).toEqual([true, false, false, true, false]);
  });

  it("forgets the oldest key when it holds too many", () => {
    const sightings = createFirstSightings({ maxKeys: 2, forgetAfterMs: 1_000 });
    for (const key of ["a", "b", "c"]) sightings.isFirst(key, 0);

    const seen = ["c", "b", "a"].map((key) => sightings.isFirst(key, 1));

    expect(seen).toEqual([false, false, true]);
  });
});
