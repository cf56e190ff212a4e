import type {
  FollowClock,
  PublishedRevision,
  ReplicaProgress,
  ReplicaStatus,
  RolloutOutcome,
  RolloutView,
  UnknownBound,
} from "@portcullis/policy-bus";

/**
 * `all-acked`: every replica said that it serves the revision. `fenced`: so, or it is proven by time that it serves no older
 * one. `nacked`: a replica refused it. `timed-out`: none of these in the time that was given.
 */
export const rolloutEnds = ["all-acked", "fenced", "nacked", "timed-out"] as const;
export type RolloutEnd = (typeof rolloutEnds)[number];

/** How a revision stands on its way into force. Times are ISO 8601 by the observer's clock. */
export interface RolloutStatus {
  readonly revision: PublishedRevision;
  readonly at: string;
  readonly outcome: RolloutOutcome;
  /** Null: it goes on, or was not waited for. */
  readonly end: RolloutEnd | null;
  /** From here on nothing in any cluster can contradict the revision. Null until all are settled, and where a bound is unknown. */
  readonly inForceAt: string | null;
  /** Ordered by name. */
  readonly clusters: readonly ClusterRolloutStatus[];
}

export interface ClusterRolloutStatus {
  readonly cluster: string;
  readonly outcome: RolloutOutcome;
  readonly inForceAt: string | null;
  /** What the cluster never said, and is needed to know when it is in force. */
  readonly unknown: readonly UnknownBound[];
  /** Ordered by name. */
  readonly replicas: readonly ReplicaRolloutStatus[];
}

export interface ReplicaRolloutStatus {
  readonly replica: string;
  readonly progress: ReplicaProgress;
  /** Since when it cannot answer by an older policy. Null unless `acked` or `fenced`. */
  readonly settledAt: string | null;
  /** When time alone will prove it. Null where time proves nothing. */
  readonly fencedAt: string | null;
  /** Null: it never reported. */
  readonly status: ReplicaStatus | null;
}

interface Observation {
  readonly revision: PublishedRevision;
  readonly end: RolloutEnd | null;
  readonly clock: FollowClock;
}

/** A view, whose times are on a monotonic clock, as others can read it. */
export function toRolloutStatus({ outcome, inForceAtMs, clusters }: RolloutView, { revision, end, clock }: Observation): RolloutStatus {
  const [now, wallNow] = [clock.now(), clock.wallNow()];
  const toInstant = (ms: number | undefined) => (ms === undefined ? null : new Date(wallNow + ms - now).toISOString());
  return {
    revision,
    at: new Date(wallNow).toISOString(),
    outcome,
    end,
    inForceAt: toInstant(inForceAtMs),
    clusters: clusters.map(({ inForceAtMs: at, replicas, ...cluster }) => ({
      ...cluster,
      inForceAt: toInstant(at),
      replicas: replicas.map(({ replica, progress, settledAtMs, fencedAtMs, status }) => ({
        replica,
        progress,
        settledAt: toInstant(settledAtMs),
        fencedAt: toInstant(fencedAtMs),
        status: status ?? null,
      })),
    })),
  };
}
