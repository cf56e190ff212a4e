import { describe, expect, it } from "vitest";
import { anEntry, aReport, aToken, messagesOf, revisions } from "./history-fixture.ts";
import { onlyPoisonIsRefused } from "./only-poison-is-refused.ts";

const nack = aReport(500, { nacks: [{ token: aToken(2), code: "policy-invalid", detail: "" }] });

describe("onlyPoisonIsRefused", () => {
  it("accepts that poison is refused", () => {
    const poison = anEntry(2, { recipe: { number: 2, poison: "syntax", padding: 0 } });

    expect(messagesOf(onlyPoisonIsRefused, anEntry(1), poison, nack)).toEqual([]);
  });

  it("refuses that a sound bundle is, once for each replica", () => {
    expect(messagesOf(onlyPoisonIsRefused, ...revisions(2), nack, { ...nack, at: 600 })).toEqual([
      expect.stringContaining('"blue-1" refused 1.2 with "policy-invalid"'),
    ]);
  });
});
