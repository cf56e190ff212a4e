import type { RevisionToken } from "@portcullis/policy";

/** How old the newest proof is that a replica serves the newest revision; `expired` is past the configured ceiling. */
export const freshnessLevels = ["fresh", "stale", "expired"] as const;
export type Freshness = (typeof freshnessLevels)[number];

/** What a replica does with reviews once its policy is expired. */
export const expiryActions = ["serve", "deny", "defer"] as const;
export type ExpiryAction = (typeof expiryActions)[number];

/** A revision that a replica refused, and why; the revision before it serves on. */
export interface RevisionNack {
  readonly token: RevisionToken;
  readonly code: string;
  readonly detail: string;
}

/** When a replica put a revision in force, by its own wall clock: for people and time lines, never for proofs. */
export interface AppliedRevision {
  readonly token: RevisionToken;
  /** ISO 8601. */
  readonly at: string;
}

/** Who reports: unique at a time. */
export interface ReplicaName {
  readonly cluster: string;
  readonly replica: string;
}

/** What one decision replica says of itself. The newest report of a replica replaces those before it. */
export interface ReplicaStatus {
  readonly cluster: string;
  readonly replica: string;
  /** New at every start of the process. */
  readonly instance: string;
  readonly version: string;
  readonly applied: RevisionToken | null;
  readonly appliedDigest: string | null;
  /** The newest revision that was verified, applied or not. */
  readonly seen: RevisionToken | null;
  readonly nacks: readonly RevisionNack[];
  /** The newest few, in the order they were applied. */
  readonly appliedAt: readonly AppliedRevision[];
  readonly freshness: Freshness;
  readonly stalenessMs: number;
  /** Null: no ceiling, so this replica never expires. */
  readonly ceilingMs: number | null;
  readonly whenExpired: ExpiryAction;
  /** How long the API server may reuse an allow of an ImagePolicyWebhook. Null: the cluster never said. */
  readonly allowTtlSeconds: number | null;
  /** Null: no front-end said how long it may reuse an answer. */
  readonly frontEndCacheMs: number | null;
  readonly longestReviewMs: number;
  /** ISO 8601, by the replica's wall clock. */
  readonly reportedAt: string;
  /** Counts the reports of an instance, from 1. */
  readonly sequence: number;
}
