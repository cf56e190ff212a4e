import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "../history/history-event.ts";
import { appliedAfterHeal } from "./applied-after-heal.ts";
import { aFault, anApply, aPublish, messagesOf } from "./history-fixture.ts";

const published = aPublish(1, { at: 1_000, audience: ["green"] });
const heal = (at: number): HistoryEvent => ({ kind: "healed", at, id: 1 });
const applied = (at: number) => anApply(1, { at, replica: "green-1" });
const end: HistoryEvent = { kind: "started", at: 1_000_000, replica: "blue-1", life: 9 };

describe("appliedAfterHeal", () => {
  it.each<[string, readonly HistoryEvent[]]>([
    ["in time", [applied(11_000)]],
    ["as part of what came after it", [anApply(2, { at: 11_000, replica: "green-1" })]],
    ["in time after a fault that began meanwhile", [aFault(1, 10_000), heal(50_000), applied(60_000)]],
    [
      "in time after a restart",
      [
        { kind: "ended", at: 900, replica: "green-1", life: 1 },
        { kind: "started", at: 20_000, replica: "green-1", life: 2 },
        applied(29_000),
      ],
    ],
    ["never, where a fault never ended", [aFault(1, 10_000)]],
    ["never, where the log lost it", [{ kind: "lost", at: 1_500, kept: null }]],
  ])("accepts a revision that is in force %s", (_when, events) => {
    expect(messagesOf(appliedAfterHeal, published, ...events, end)).toEqual([]);
  });

  it.each<[string, readonly HistoryEvent[]]>([
    ["never", []],
    ["too late", [applied(11_001)]],
    ["too late after a fault", [aFault(1, 900), heal(5_000), applied(15_001)]],
    ["elsewhere only", [anApply(1, { at: 2_000, replica: "blue-1" })]],
    ["after a fault that began when it was due", [aFault(1, 12_000), heal(50_000), applied(55_000)]],
  ])("refuses a revision that is in force %s", (_when, events) => {
    expect(messagesOf(appliedAfterHeal, published, ...events, end)).toEqual([expect.stringContaining('"green-1" did not put 1.1')]);
  });

  it("judges neither poison nor what the history ends too early for", () => {
    const poison = aPublish(1, { recipe: { number: 1, poison: "syntax", padding: 0 } });

    expect(messagesOf(appliedAfterHeal, poison, end)).toEqual([]);
    expect(messagesOf(appliedAfterHeal, published)).toEqual([]);
  });
});
