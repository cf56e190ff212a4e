import { expect, it } from "vitest";
import { describeSpan } from "./span-words.ts";

it.each([
  [0, "0 s"],
  [2_540, "2.5 s"],
  [59_990, "60 s"],
  [90_000, "1 min 30 s"],
  [300_000, "5 min"],
  [5_400_000, "1 h 30 min"],
  [90_000_500, "1 d 1 h"],
])("describeSpan tells %i ms as %s", (ms, words) => {
  expect(describeSpan(ms)).toBe(words);
});
