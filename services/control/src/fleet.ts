import type { RevisionToken } from "@portcullis/policy";
import type { ReplicaStatus, RevisionNack } from "@portcullis/policy-bus";

/**
 * `current`: it serves its target. `behind`: an older one. `refused`: it refused its target, and serves an older one. `ahead`: a
 * revision that the log does not hold. `empty`: none at all.
 */
export const replicaStandings = ["current", "behind", "refused", "ahead", "empty"] as const;
export type ReplicaStanding = (typeof replicaStandings)[number];

/** Who serves which revision. */
export interface Fleet {
  /** ISO 8601, by the observer's clock. */
  readonly at: string;
  readonly newest: RevisionToken | null;
  /** Ordered by name. */
  readonly clusters: readonly FleetCluster[];
}

export interface FleetCluster {
  readonly cluster: string;
  /** The newest revision whose audience names the cluster. Null: none does. */
  readonly target: RevisionToken | null;
  /** Ordered by name. */
  readonly replicas: readonly FleetReplica[];
}

export interface FleetReplica {
  readonly replica: string;
  readonly standing: ReplicaStanding;
  /** Why it refused its target. Null: it did not. */
  readonly nack: RevisionNack | null;
  /** Since its newest report, by the two wall clocks; never negative. */
  readonly silentMs: number;
  /** Its newest report. */
  readonly status: ReplicaStatus;
}
