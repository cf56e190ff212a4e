import { describe, expect, it } from "vitest";
import { anAnswer, messagesOf, revisions } from "./history-fixture.ts";
import { verdictsOfTheModel } from "./verdicts-of-the-model.ts";

describe("verdictsOfTheModel", () => {
  it("accepts the verdicts of the bundles that answers name, and answers that are none", () => {
    const undecided = anAnswer(1, { verdict: "undecided", code: "undecided-behind", servedAt: null });
    const expired = anAnswer(1, { verdict: "deny", denied: [], isExpired: true });

    expect(messagesOf(verdictsOfTheModel, ...revisions(2), anAnswer(1), anAnswer(2), undecided, expired)).toEqual([]);
  });

  it.each([
    ["a verdict of another revision", anAnswer(1, { verdict: "deny", denied: ["probe.example/left:b0"] })],
    ["the right verdict for the wrong image", anAnswer(2, { denied: ["probe.example/right:b0"] })],
    ["a revision that was never published", anAnswer(3)],
  ])("refuses %s", (_what, answer) => {
    expect(messagesOf(verdictsOfTheModel, ...revisions(2), answer)).toHaveLength(1);
  });
});
