import type { PublishedRevision, RevisionNack, UnknownBound } from "@portcullis/policy-bus";

/** When what happened to a revision, by the wall clocks of those who say so: for reading, never for proofs. */
export interface RevisionTimeline {
  readonly revision: PublishedRevision;
  /** ISO 8601. */
  readonly publishedAt: string;
  /** The latest of its clusters'. Null where one is not known, or there is none. */
  readonly inForceAt: string | null;
  /** The clusters of the audience that have replicas, ordered by name. */
  readonly clusters: readonly ClusterTimeline[];
}

export interface ClusterTimeline {
  readonly cluster: string;
  /** Last apply, front-end cache, longest review and `allowTTL`. Null where a replica has not applied it, or a bound is unknown. */
  readonly inForceAt: string | null;
  readonly unknown: readonly UnknownBound[];
  /** Ordered by name. */
  readonly replicas: readonly ReplicaTimeline[];
}

export interface ReplicaTimeline {
  readonly replica: string;
  /** ISO 8601. Null: neither it nor a later one is applied, or the replica no longer says when. */
  readonly appliedAt: string | null;
  /** It went on to a later revision without this one: then `appliedAt` is that one's. */
  readonly isSuperseded: boolean;
  /** Null: it did not refuse it. */
  readonly nack: RevisionNack | null;
}
