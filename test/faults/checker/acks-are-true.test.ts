import { describe, expect, it } from "vitest";
import { acksAreTrue } from "./acks-are-true.ts";
import { anAnswer, aReport, aToken, messagesOf } from "./history-fixture.ts";

const ack = aReport(500, { applied: aToken(2), appliedDigest: "bundle 2" });

describe("acksAreTrue", () => {
  it("accepts older answers to questions from before the report, and of other replicas", () => {
    const answers = [anAnswer(1, { sentAt: 499, at: 600 }), anAnswer(1, { sentAt: 700, replica: "blue-2" }), anAnswer(2, { sentAt: 800 })];

    expect(messagesOf(acksAreTrue, ack, ...answers)).toEqual([]);
  });

  it("refuses an older answer to a question from after the report", () => {
    expect(messagesOf(acksAreTrue, ack, anAnswer(1, { sentAt: 501 }))).toEqual([
      'replica "blue-1" answered by 1.1 after it had reported 1.2',
    ]);
  });
});
