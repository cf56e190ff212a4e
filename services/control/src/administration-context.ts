import type { FollowClock, RevisionLog, RevisionReader, SigningKey, TrustAnchors } from "@portcullis/policy-bus";

export interface PolicyAdministrationOptions {
  /** Stays the caller's: it is not closed. */
  readonly log: RevisionLog;
  readonly anchors: TrustAnchors;
  /** Without a key everything can be read and tried, and nothing published. */
  readonly keys: readonly SigningKey[];
  /** Who publishes, where a request does not say. */
  readonly publisher: string;
  /** Default: that of the system. */
  readonly clock?: FollowClock;
}

/** What every operation needs. */
export interface AdministrationContext extends Required<PolicyAdministrationOptions> {
  /** For what only reads. Whoever publishes reads all of the log, and so finds out what it has lost. */
  readonly read: RevisionReader;
}
