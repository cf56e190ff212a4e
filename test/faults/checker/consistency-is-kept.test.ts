import { describe, expect, it } from "vitest";
import { consistencyIsKept } from "./consistency-is-kept.ts";
import { anAnswer, aPublish, aToken, messagesOf } from "./history-fixture.ts";

const atLeast = { mode: "at-least", token: aToken(2) } as const;
const exactly = { mode: "exactly", token: aToken(2) } as const;
const fully = { mode: "fully-consistent" } as const;
const published = [aPublish(1, { at: 100 }), aPublish(2, { at: 900 }), aPublish(3, { at: 2_000 })];

describe("consistencyIsKept", () => {
  it("accepts what was asked for, newer for at_least, and no verdict at all", () => {
    const refused = anAnswer(1, { asked: atLeast, verdict: "undecided", code: "undecided-behind", servedAt: null });
    const answers = [anAnswer(2, { asked: atLeast }), anAnswer(3, { asked: atLeast }), anAnswer(2, { asked: exactly }), refused];

    expect(messagesOf(consistencyIsKept, ...published, ...answers, anAnswer(2, { asked: fully }))).toEqual([]);
  });

  it.each([
    ["at_least below its token", anAnswer(1, { asked: atLeast }), "asked for at-least 1.2, and answered by 1.1"],
    ["exactly by a newer one", anAnswer(3, { asked: exactly }), "asked for exactly 1.2, and answered by 1.3"],
    ["fully_consistent by an older one", anAnswer(1, { asked: fully }), "asked for fully-consistent 1.2, and answered by 1.1"],
  ])("refuses %s", (_what, answer, message) => {
    expect(messagesOf(consistencyIsKept, ...published, answer)).toEqual([message]);
  });

  it("refuses a session that goes back, by another replica too", () => {
    const answers = [anAnswer(2, { session: "a", sentAt: 10 }), anAnswer(1, { session: "a", sentAt: 20, replica: "blue-2" })];

    expect(messagesOf(consistencyIsKept, ...answers)).toEqual(['session "a" was answered by 1.1 after 1.2']);
  });
});
