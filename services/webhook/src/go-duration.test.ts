import { describe, expect, it } from "vitest";
import { parseGoDuration } from "./go-duration.ts";

describe("parseGoDuration", () => {
  it.each([
    ["30s", 30_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1.5s", 1_500],
    [".5s", 500],
    ["1h0m10s", 3_610_000],
    ["250us", 0.25],
    ["0", 0],
    ["0s", 0],
  ])("reads %s as %d ms", (text, expected) => {
    const milliseconds = parseGoDuration(text);

    expect(milliseconds).toBeCloseTo(expected, 6);
  });

  it.each(["", "30", "s", "-5s", "+5s", "5 s", "5s ", "1e3s", "5d", "5S", "NaN", "Infinity", "5s!", "١s", `${"9".repeat(400)}h`])(
    "does not read %j",
    (text) => {
      const milliseconds = parseGoDuration(text);

      expect(milliseconds).toBeUndefined();
    },
  );
});
