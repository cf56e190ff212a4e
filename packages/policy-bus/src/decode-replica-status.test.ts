import { describe, expect, it } from "vitest";
import { decodeReplicaStatus, encodeReplicaStatus } from "./decode-replica-status.ts";
import { aReplicaStatus } from "./replica-status-fixture.ts";

describe("decodeReplicaStatus", () => {
  it("reads what a replica writes", () => {
    const token = { lineage: "test", epoch: 1, revision: 2 };
    const refused = aReplicaStatus({ nacks: [{ token, code: "policy-invalid", detail: "line 3" }], ceilingMs: 60_000, frontEndCacheMs: 5 });
    const started = aReplicaStatus({ applied: null, appliedDigest: null, seen: null, appliedAt: [] });

    expect([refused, started].map(encodeReplicaStatus).map(decodeReplicaStatus)).toEqual([refused, started]);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["a field that is missing", JSON.stringify({ ...aReplicaStatus(), cluster: undefined })],
    ["a field that is unknown", JSON.stringify({ ...aReplicaStatus(), more: 1 })],
    ["another freshness", JSON.stringify({ ...aReplicaStatus(), freshness: "new" })],
    ["a negative age", JSON.stringify({ ...aReplicaStatus(), stalenessMs: -1 })],
    ["a token that is text", JSON.stringify({ ...aReplicaStatus(), applied: "1" })],
    ["a time that is none", JSON.stringify({ ...aReplicaStatus(), reportedAt: "now" })],
    ["a ceiling beyond all calendars", JSON.stringify({ ...aReplicaStatus(), ceilingMs: Number.MAX_SAFE_INTEGER })],
    ["an allowTTL of centuries", JSON.stringify({ ...aReplicaStatus(), allowTtlSeconds: 9e12 })],
    ["a review of centuries", JSON.stringify({ ...aReplicaStatus(), longestReviewMs: 9e15 })],
    ["a cache of centuries", JSON.stringify({ ...aReplicaStatus(), frontEndCacheMs: 9e15 })],
    ["more than 64 KiB", JSON.stringify({ ...aReplicaStatus() }).padEnd(70_000)],
  ])("knows no report in %s", (_, text) => {
    expect(decodeReplicaStatus(new TextEncoder().encode(text))).toBeUndefined();
  });
});
