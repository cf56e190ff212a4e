import { describe, expect, it } from "vitest";
import { reviewDeadline } from "./review-deadline.ts";

describe("reviewDeadline", () => {
  it.each([
    ["30s", 3_500],
    ["2s", 2_750],
    ["1s", 1_750],
    ["100ms", 1_050],
    [undefined, 3_500],
    ["soon", 3_500],
    ["0s", 3_500],
    [["1s", "2s"], 3_500],
  ])("with ?timeout=%s a review that arrived at 1,000 ms is decided by %d ms", (timeout, expected) => {
    const deadline = reviewDeadline(timeout, 1_000, 1_000);

    expect(deadline).toBe(expected);
  });

  it("counts the caller's time from the arrival of the headers and ours from the end of the body", () => {
    const patient = reviewDeadline("30s", 1_000, 9_000);
    const hasty = reviewDeadline("10s", 1_000, 9_000);

    expect(patient).toBe(11_500);
    expect(hasty).toBe(10_750);
  });
});
