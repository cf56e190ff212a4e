import { describe, expect, it } from "vitest";
import { expiredIsNeverFresh } from "./expired-is-never-fresh.ts";
import { aFault, anAnswer, aPublish, messagesOf } from "./history-fixture.ts";

const cut = aFault(1, 1_000, ["blue-1", "green-1"]);
const newer = aPublish(2, { at: 1_000 });

describe("expiredIsNeverFresh", () => {
  it.each([
    ["a fresh one soon after the cut", [cut, anAnswer(1, { sentAt: 7_000, stalenessMs: 6_000 })]],
    ["a degraded one", [cut, anAnswer(1, { sentAt: 60_000, stalenessMs: 59_000, isDegraded: true })]],
    ["an expired one past the ceiling", [cut, anAnswer(1, { sentAt: 90_000, stalenessMs: 89_000, isDegraded: true, isExpired: true })]],
    [
      "a degraded one where no ceiling is",
      [cut, anAnswer(1, { replica: "green-1", sentAt: 90_000, stalenessMs: 89_000, isDegraded: true })],
    ],
    ["a fresh one after the heal", [cut, { kind: "healed", at: 2_000, id: 1 } as const, anAnswer(1, { sentAt: 9_000 })]],
    [
      "a fresh one that came after the heal to a question from before it",
      [cut, anAnswer(1, { sentAt: 9_000, at: 9_100 }), { kind: "healed", at: 9_050, id: 1 } as const],
    ],
    ["a fresh one of a replica that is not cut", [cut, anAnswer(1, { replica: "blue-2", sentAt: 9_000 })]],
    ["a fresh one soon after a newer revision", [newer, anAnswer(1, { sentAt: 6_900, stalenessMs: 5_900 })]],
    [
      "a fresh one after a newer revision that the log lost",
      [newer, { kind: "lost", at: 2_000, kept: { epoch: 1, revision: 1 } } as const, anAnswer(1, { sentAt: 9_000 })],
    ],
  ])("accepts %s", (_what, events) => {
    expect(messagesOf(expiredIsNeverFresh, ...events)).toEqual([]);
  });

  it.each([
    ["as fresh although it is cut off", [cut, anAnswer(1, { sentAt: 8_000 })], "answered as fresh"],
    ["as fresh although a newer revision is acknowledged", [newer, anAnswer(1, { sentAt: 8_000 })], "answered as fresh"],
    ["as fresh although it says how old it is", [anAnswer(1, { stalenessMs: 7_000 })], "answered as fresh"],
    ["past its ceiling", [cut, anAnswer(1, { sentAt: 62_000, stalenessMs: 61_000, isDegraded: true })], "past its ceiling"],
    ["past its ceiling, younger than it can be", [cut, anAnswer(1, { sentAt: 62_000, isDegraded: true })], "past its ceiling"],
    [
      "with an age that it cannot have",
      [cut, anAnswer(1, { sentAt: 8_000, stalenessMs: 500, isDegraded: true })],
      "says its policy is 500",
    ],
  ])("refuses an answer %s", (_what, events, message) => {
    expect(messagesOf(expiredIsNeverFresh, ...events)).toEqual([expect.stringContaining(message)]);
  });
});
