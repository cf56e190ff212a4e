import { describe, expect, it } from "vitest";
import { anAnswer, anApply, aRollout, messagesOf } from "./history-fixture.ts";
import { rolloutsAreTrue } from "./rollouts-are-true.ts";

const all = [anApply(1), anApply(2), anApply(2, { replica: "blue-2" })];

describe("rolloutsAreTrue", () => {
  it("accepts a claim that all replicas of the audience keep", () => {
    const elsewhere = anAnswer(1, { cluster: "green", replica: "green-1" });

    expect(messagesOf(rolloutsAreTrue, ...all, aRollout(2), anAnswer(1, { sentAt: 400 }), anAnswer(2), elsewhere)).toEqual([]);
  });

  it("accepts older answers of front-ends until it was said to be in force", () => {
    const frontEnd = anAnswer(1, { replica: null, sentAt: 900 });

    expect(messagesOf(rolloutsAreTrue, ...all, aRollout(2, { inForceAt: 950 }), frontEnd)).toEqual([]);
  });

  it.each([
    ["all-acked before a replica had it in force", [anApply(2), aRollout(2)], 'before replica "blue-2"'],
    ["all-acked, and a replica answers by an older one", [...all, aRollout(2), anAnswer(1)], "called all-acked, and then"],
    ["fenced, and a replica answers by an older one", [aRollout(2, { outcome: "fenced" }), anAnswer(1)], "called fenced, and then"],
    [
      "in force, and a front-end answers by an older one",
      [...all, aRollout(2, { inForceAt: 800 }), anAnswer(1, { replica: null })],
      "called all-acked, and then",
    ],
  ])("refuses what was called %s", (_what, events, message) => {
    expect(messagesOf(rolloutsAreTrue, ...events)).toEqual([expect.stringContaining(message)]);
  });
});
