import type { ReplicaStatus } from "./replica-status.ts";

/** A fresh report of replica `decision-0` in cluster `default`, of a revision that it just applied, unless said otherwise. */
export function aReplicaStatus(overrides: Partial<ReplicaStatus> = {}): ReplicaStatus {
  const token = { lineage: "test", epoch: 1, revision: 1 };
  return {
    cluster: "default",
    replica: "decision-0",
    instance: "boot-1",
    version: "0.1.0",
    applied: token,
    appliedDigest: `sha256:${"0".repeat(64)}`,
    seen: token,
    nacks: [],
    appliedAt: [{ token, at: "2026-01-01T00:00:00.000Z" }],
    freshness: "fresh",
    stalenessMs: 0,
    ceilingMs: null,
    whenExpired: "serve",
    allowTtlSeconds: null,
    frontEndCacheMs: null,
    longestReviewMs: 0,
    reportedAt: "2026-01-01T00:00:01.000Z",
    sequence: 1,
    ...overrides,
  };
}
