import { describe, expect, it } from "vitest";
import { anApply, aPublish, aReport, aToken, messagesOf, revisions } from "./history-fixture.ts";
import { oneDigestPerRevision } from "./one-digest-per-revision.ts";

const report = (appliedDigest: string) => aReport(300, { applied: aToken(1), appliedDigest });

describe("oneDigestPerRevision", () => {
  it("accepts that all mean the same", () => {
    const events = [anApply(1), anApply(1, { replica: "green-1" }), report("bundle 1"), aPublish(1)];

    expect(messagesOf(oneDigestPerRevision, ...revisions(1), ...events)).toEqual([]);
  });

  it.each([
    ["a replica", [anApply(1), anApply(1, { replica: "green-1", bundleDigest: "other" })]],
    ["a report", [anApply(1), report("other")]],
    ["what was published", [aPublish(1), anApply(1, { bundleDigest: "other" })]],
  ])("refuses that %s means another bundle by the number", (_who, events) => {
    expect(messagesOf(oneDigestPerRevision, ...revisions(1), ...events)).toEqual([expect.stringContaining("revision 1.1 is")]);
  });
});
