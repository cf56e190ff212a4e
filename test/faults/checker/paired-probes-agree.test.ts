import { describe, expect, it } from "vitest";
import { anAnswer, messagesOf } from "./history-fixture.ts";
import { pairedProbesAgree } from "./paired-probes-agree.ts";

const left = "probe.example/left:b0";
const right = "probe.example/right:b0";

describe("pairedProbesAgree", () => {
  it("accepts both sides alike, and unlike where another revision answered", () => {
    const both = anAnswer(2, { images: [left, right], denied: [left, right] });
    const pair = [anAnswer(2, { pair: 1 }), anAnswer(2, { pair: 1, images: [right], denied: [right] })];
    const flipped = [anAnswer(1, { pair: 2 }), anAnswer(2, { pair: 2, images: [right], denied: [right] })];

    expect(messagesOf(pairedProbesAgree, both, ...pair, ...flipped)).toEqual([]);
  });

  it("refuses an answer that judges one side only", () => {
    expect(messagesOf(pairedProbesAgree, anAnswer(2, { images: [left, right], denied: [left] }))).toHaveLength(1);
  });

  it("refuses a pair of answers by one revision that disagree", () => {
    const pair = [anAnswer(2, { pair: 1 }), anAnswer(2, { pair: 1, images: [right], denied: [], verdict: "allow" })];

    expect(messagesOf(pairedProbesAgree, ...pair)).toEqual([expect.stringContaining("by 1.2 one probe of a pair refuses")]);
  });
});
