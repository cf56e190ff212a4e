import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../history/history-event.ts";
import { checkHistory } from "./check-history.ts";
import { anAnswer, anApply, aPublish, aRun, revisions } from "./history-fixture.ts";

describe("checkHistory", () => {
  it("finds nothing where every promise is kept", () => {
    const events: readonly HistoryEvent[] = [aRun, ...revisions(2), aPublish(1), anApply(1), aPublish(2), anApply(2), anAnswer(2)];

    expect(checkHistory(events)).toEqual([]);
  });

  it("names each promise that is broken", () => {
    const broken = checkHistory([aRun, ...revisions(2), anApply(2), anApply(1, { at: 300 }), anAnswer(3)]);

    expect(broken.map(({ property }) => property)).toEqual(["chain-without-gap", "applied-in-order", "verdicts-of-the-model"]);
  });

  it("refuses a history that does not say what it is of", () => {
    expect(() => checkHistory(revisions(1))).toThrow("begins with the event");
  });
});
