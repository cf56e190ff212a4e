import type { ClusterRolloutStatus, ReplicaRolloutStatus, RolloutStatus } from "@portcullis/control";
import type { PublishedRevision, ReplicaStatus } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { recordedTerminal } from "./recorded-terminal-fixture.ts";
import { describeReplica, describeRollout } from "./rollout-words.ts";

const token = { lineage: "default", epoch: 1, revision: 2 };
const digest = `sha256:${"ab".repeat(32)}`;
const revision: PublishedRevision = {
  token,
  digest,
  position: 2,
  signedBy: [digest],
  manifest: {
    ...token,
    prevDigest: digest,
    bundle: { digest, sizeBytes: 1, inline: true },
    audience: ["*"],
    publishedAt: "2026-01-01T00:00:00.000Z",
    publisher: "ops",
  },
};

const silent: ReplicaStatus = {
  ...{ cluster: "blue", replica: "r0", instance: "boot", version: "0.1.0", sequence: 1 },
  ...{ applied: { ...token, revision: 1 }, appliedDigest: digest, seen: { ...token, revision: 1 }, nacks: [], appliedAt: [] },
  ...{ freshness: "stale", stalenessMs: 9_000, ceilingMs: 60_000, whenExpired: "deny" },
  ...{ allowTtlSeconds: 300, frontEndCacheMs: 1_000, longestReviewMs: 2_500, reportedAt: "2026-01-01T00:00:05.000Z" },
};

function aReplica(overrides: Partial<ReplicaRolloutStatus>): ReplicaRolloutStatus {
  return { replica: "r0", progress: "pending", settledAt: null, fencedAt: null, status: silent, ...overrides };
}

function aRollout(cluster: Partial<ClusterRolloutStatus>, overrides: Partial<RolloutStatus> = {}): RolloutStatus {
  const replicas = [aReplica({})];
  const clusters = [{ cluster: "blue", outcome: "pending" as const, inForceAt: null, unknown: [], replicas, ...cluster }];
  return { revision, at: "2026-01-01T00:02:00.000Z", outcome: "pending", end: null, inForceAt: null, clusters, ...overrides };
}

describe("describeReplica", () => {
  it.each([
    [{ status: null }, "pending: never reported"],
    [{}, "pending: serves default/1/1"],
    [
      { fencedAt: "2026-01-01T00:01:11.000Z" },
      "pending: serves default/1/1; proven by time at 2026-01-01T00:01:11.000Z if it stays silent",
    ],
    [{ progress: "fenced" as const }, "fenced: silent since 2026-01-01T00:00:05.000Z, and expired, so that it serves no older policy"],
  ])("says of %j why it stands where it stands", (overrides, words) => {
    const line = describeReplica({ cluster: "blue", ...aReplica(overrides) }, aRollout({}), recordedTerminal());

    expect(line).toBe(`00:02:00 blue/r0 ${words}\n`);
  });
});

describe("describeRollout", () => {
  it("tells what is proven by time from what was said, and adds up when it is in force", () => {
    const replicas = [aReplica({ progress: "fenced", settledAt: "2026-01-01T00:01:11.000Z" })];
    const inForceAt = "2026-01-01T00:06:14.500Z";

    const text = describeRollout(
      aRollout({ outcome: "fenced", inForceAt, replicas }, { outcome: "fenced", end: "fenced", inForceAt }),
      recordedTerminal(),
    );

    expect(text).toBe(
      "fenced: every replica serves, or is proven by time to serve nothing older than, default/1/2\n" +
        `  blue: in force from ${inForceAt} on: last apply 2026-01-01T00:01:11.000Z + front-end cache 1 s + longest review 2.5 s + allowTTL 5 min\n`,
    );
  });

  it("names all that a cluster never said", () => {
    const text = describeRollout(
      aRollout({ outcome: "all-acked", unknown: ["allow-ttl", "front-end-cache"] }, { outcome: "all-acked", end: "all-acked" }),
      recordedTerminal(),
    );

    expect(text).toMatch(
      / {2}blue: in force, from when on is unknown: it never said its allowTTL .*, nor how long its front-ends keep answers\n$/,
    );
  });
});
