import { describe, expect, it } from "vitest";
import { appliedInOrder } from "./applied-in-order.ts";
import { anAnswer, anApply, anEntry, messagesOf, revisions } from "./history-fixture.ts";

describe("appliedInOrder", () => {
  it("accepts that a start serves again what was in force, and that another replica is behind", () => {
    const applied = [anApply(1), anApply(3), anApply(3, { at: 400, life: 2 }), anApply(2, { at: 500, replica: "blue-2" })];

    expect(messagesOf(appliedInOrder, ...revisions(3), ...applied)).toEqual([]);
  });

  it.each([
    ["an older one", [anApply(2), anApply(1, { at: 300 })], "it had 1.2 in force before"],
    ["an older one after a restart", [anApply(2), anApply(1, { at: 300, life: 2 })], "it had 1.2 in force before"],
    ["the same again", [anApply(2), anApply(2, { at: 300 })], "it had it in force already"],
  ])("refuses %s", (_what, applied, message) => {
    expect(messagesOf(appliedInOrder, ...revisions(2), ...applied)).toEqual([expect.stringContaining(message)]);
  });

  it("refuses what is meant for others, and poison", () => {
    const entries = [anEntry(1, { audience: ["green"] }), anEntry(2, { recipe: { number: 2, poison: "syntax", padding: 0 } })];

    const messages = messagesOf(appliedInOrder, ...entries, anApply(1), anApply(2));

    expect(messages).toEqual([expect.stringContaining('not meant for "blue"'), expect.stringContaining("poison (syntax)")]);
  });

  it("accepts answers by either revision to questions that were under way together", () => {
    const answers = [anAnswer(2, { sentAt: 10, at: 30 }), anAnswer(1, { sentAt: 20, at: 40 })];

    expect(messagesOf(appliedInOrder, ...revisions(2), ...answers)).toEqual([]);
  });

  it("refuses an answer that is older than one that was there before the question", () => {
    const answers = [anAnswer(2, { sentAt: 10, at: 20 }), anAnswer(1, { sentAt: 21, at: 40 })];

    expect(messagesOf(appliedInOrder, ...revisions(2), ...answers)).toEqual([
      'replica "blue-1" answered by 1.1 after it had answered by 1.2',
    ]);
  });
});
