import type { RevisionToken } from "@portcullis/policy";
import type { ExpiryAction, ReplicaStatus } from "@portcullis/policy-bus";
import type { BundleRecipe } from "./bundle-recipe.ts";

/**
 * One line of a history. `at` is when the observer noted it; all times are milliseconds of the observer's monotonic clock,
 * which no fault touches.
 */
export type HistoryEvent =
  | RunEvent
  | EntryEvent
  | PublishEvent
  | DecisionEvent
  | AppliedEvent
  | StatusEvent
  | RolloutEvent
  | FaultEvent
  | HealedEvent
  | LostEvent
  | StartedEvent
  | EndedEvent;

export interface Position {
  readonly epoch: number;
  readonly revision: number;
}

/** A replica that takes part, as it was configured. */
export interface ReplicaSetting {
  readonly replica: string;
  readonly cluster: string;
  readonly staleAfterMs: number;
  /** Null: never expires. */
  readonly ceilingMs: number | null;
  readonly whenExpired: ExpiryAction;
}

/** Comes first. */
export interface RunEvent {
  readonly kind: "run";
  readonly at: number;
  readonly seed: number;
  readonly server: string;
  readonly lineage: string;
  /** Ids of the keys that may sign the first revision. */
  readonly trustedKeys: readonly string[];
  readonly replicas: readonly ReplicaSetting[];
  /** For how long a leader that was cut off may answer from before the cut: 0 on a single server. */
  readonly oldLeaderMs: number;
}

/** Something that was written into the log, by whomever. */
export interface EntryEvent extends Position {
  readonly kind: "entry";
  readonly at: number;
  /** Of the signed manifest. */
  readonly digest: string;
  readonly prevDigest: string | null;
  /** Digest of the revision that a new epoch comes after. */
  readonly continues: string | null;
  readonly bundleDigest: string;
  readonly recipe: BundleRecipe;
  readonly audience: readonly string[];
  /** Ids of the keys whose signatures hold; none for what is not signed. */
  readonly signedBy: readonly string[];
  /** Ids of the keys that may sign from the next revision on; null: as before. */
  readonly nextKeys: readonly string[] | null;
}

/** `killed`: the publisher ended before it could say. */
export type PublishResult = "published" | "unchanged" | "conflict" | "not-published" | "unknown" | "refused" | "killed";

/** What a publisher said became of a revision. */
export interface PublishEvent {
  readonly kind: "publish";
  readonly beganAt: number;
  readonly at: number;
  readonly recipe: BundleRecipe;
  readonly audience: readonly string[];
  readonly outcome: PublishResult;
  /** Of the revision where it was published, or is not known to be. */
  readonly position: Position | null;
  /** Of its manifest. */
  readonly digest: string | null;
}

/** One answer. */
export interface DecisionEvent {
  readonly kind: "decision";
  readonly sentAt: number;
  readonly at: number;
  /** Null: through a front-end, which does not say which replica answered. */
  readonly replica: string | null;
  /** Answers of one session must not go back, whichever replica gives them. Null: a question on its own. */
  readonly session: string | null;
  readonly cluster: string;
  readonly images: readonly string[];
  readonly asked: AskedConsistency;
  readonly verdict: "allow" | "deny" | "undecided";
  /** Why it is undecided. */
  readonly code: string | null;
  /** Images with a finding. */
  readonly denied: readonly string[];
  readonly servedAt: RevisionToken | null;
  readonly stalenessMs: number;
  readonly isDegraded: boolean;
  /** The answer says that the policy is expired, and is not by the policy. */
  readonly isExpired: boolean;
  /** Questions of one pair name images that every bundle judges alike. */
  readonly pair: number | null;
}

/** What a question demands of the revision that answers it. */
export type AskedConsistency =
  | { readonly mode: "minimize-latency" | "fully-consistent" }
  | { readonly mode: "at-least" | "exactly"; readonly token: RevisionToken };

/** A replica said that it put a revision in force. */
export interface AppliedEvent extends Position {
  readonly kind: "applied";
  readonly at: number;
  readonly replica: string;
  /** Counts the lives of a replica, from 1. */
  readonly life: number;
  readonly bundleDigest: string;
}

/** A report of a replica reached the observer. */
export interface StatusEvent {
  readonly kind: "status";
  readonly at: number;
  readonly status: ReplicaStatus;
}

/** What whoever follows a rollout claimed of it. */
export interface RolloutEvent extends Position {
  readonly kind: "rollout";
  readonly at: number;
  readonly audience: readonly string[];
  readonly outcome: "all-acked" | "fenced" | "nacked" | "pending";
  /** From when on nothing may contradict it; null where it was not said. */
  readonly inForceAt: number | null;
}

/** A disturbance begins. */
export interface FaultEvent {
  readonly kind: "fault";
  readonly at: number;
  readonly id: number;
  readonly name: string;
  /** Replicas that certainly hear nothing from the log until it is healed. */
  readonly cut: readonly string[];
}

export interface HealedEvent {
  readonly kind: "healed";
  readonly at: number;
  readonly id: number;
}

/** The log was emptied, or replaced by an older copy of itself: what came after `kept` is gone. */
export interface LostEvent {
  readonly kind: "lost";
  readonly at: number;
  /** Null: everything is gone. */
  readonly kept: Position | null;
}

/** A replica's process began. */
export interface StartedEvent extends Life {
  readonly kind: "started";
}

/** A replica's process ended. */
export interface EndedEvent extends Life {
  readonly kind: "ended";
}

interface Life {
  readonly at: number;
  readonly replica: string;
  readonly life: number;
}
