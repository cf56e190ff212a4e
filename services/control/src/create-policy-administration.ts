import type { RevisionLog, SigningKey, TrustAnchors } from "@portcullis/policy-bus";
import type { PolicyAdministration } from "./policy-administration.ts";

/** Monotonic time, and the time of day in milliseconds. */
export interface AdministrationClock {
  now(): number;
  wallNow(): number;
}

export interface PolicyAdministrationOptions {
  /** Stays the caller's: it is not closed. */
  readonly log: RevisionLog;
  readonly anchors: TrustAnchors;
  /** Without a key everything can be read, and nothing published. */
  readonly keys: readonly SigningKey[];
  /** Who publishes, where a request does not say. */
  readonly publisher: string;
  /** Default: those of the system. */
  readonly clock?: AdministrationClock;
}

/** Administers the revisions of one log. Holds nothing open. */
export function createPolicyAdministration(_options: PolicyAdministrationOptions): PolicyAdministration {
  throw new Error("not built yet");
}
