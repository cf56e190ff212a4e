import type { FollowProblem } from "./follow-log.ts";
import type { Revision } from "./policy-bus.ts";
import type { RevisionLog } from "./revision-log.ts";
import type { RevisionStore } from "./revision-store.ts";
import type { TrustAnchors } from "./signing/chain.ts";

/** Monotonic time with timers on it, and the time of day. */
export interface FollowClock {
  /** Milliseconds. */
  now(): number;
  /** The time of day in milliseconds: tells only how old a stored revision is at a start. */
  wallNow(): number;
  /** Runs `callback` once `delayMs` have passed; returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** What a follower needs of the process around it. */
export interface FollowHost {
  readonly log: RevisionLog;
  readonly anchors: TrustAnchors;
  readonly store: RevisionStore;
  /** The name that audiences select. */
  readonly cluster: string;
  readonly clock: FollowClock;
  /**
   * Compiles and tests a revision, and resolves with what puts it in force: a function that cannot fail. Between the two the
   * revision is stored, so that a crash never takes back what was in force. Rejects: a NACK, with the error's `code`.
   */
  readonly prepare: (revision: Revision) => Promise<() => void>;
  readonly onProblem: (problem: FollowProblem) => void;
}
