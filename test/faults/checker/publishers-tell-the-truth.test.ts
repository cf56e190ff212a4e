import { describe, expect, it } from "vitest";
import { aPublish, messagesOf, revisions } from "./history-fixture.ts";
import { publishersTellTheTruth } from "./publishers-tell-the-truth.ts";

const unwritten = { position: null, digest: null };

describe("publishersTellTheTruth", () => {
  it("accepts outcomes that the chain bears out, and those that promise nothing", () => {
    const events = [
      aPublish(1),
      aPublish(2, { outcome: "unknown" }),
      aPublish(3, { outcome: "unknown" }),
      aPublish(4, { outcome: "conflict", ...unwritten }),
      aPublish(2, { outcome: "killed", ...unwritten }),
    ];

    expect(messagesOf(publishersTellTheTruth, ...revisions(2), ...events)).toEqual([]);
  });

  it.each([
    ["published, and is nowhere", [aPublish(3)], "is not in the chain"],
    ["published, and another stands in its place", [aPublish(1, { digest: "other" })], "is not in the chain"],
    ["not-published, and is there", [aPublish(1, { outcome: "not-published", ...unwritten })], "and is in the chain"],
    ["conflict, and is there", [aPublish(1, { outcome: "conflict", ...unwritten })], "and is in the chain"],
  ])("refuses what was called %s", (_what, events, message) => {
    expect(messagesOf(publishersTellTheTruth, ...revisions(2), ...events)).toEqual([expect.stringContaining(message)]);
  });

  it("refuses one place for two", () => {
    const events = [aPublish(1), aPublish(1, { digest: "other", recipe: { number: 9, poison: null, padding: 0 } })];

    expect(messagesOf(publishersTellTheTruth, ...revisions(1), ...events)).toContain("revision 1.1 was published twice");
  });
});
