import type { Decision, RevisionToken } from "./decision.ts";
import type { Workload } from "./workload.ts";

/**
 * How new the policy must be that answers. `minimize-latency`: whatever is in force at the replica that is asked. `at-least`: this
 * revision or a newer one. `exactly`: this one and no other. `fully-consistent`: what the leader of the policy log names after the
 * question arrived. Who cannot keep to it is undecided.
 */
export type Consistency =
  | { readonly kind: "minimize-latency" }
  | { readonly kind: "at-least"; readonly token: RevisionToken }
  | { readonly kind: "exactly"; readonly token: RevisionToken }
  | { readonly kind: "fully-consistent" };

/** What travels beside a workload: it bounds or explains the answer, and never changes the verdict. */
export interface DecideContext {
  /** Latest moment for an answer, in milliseconds of the monotonic clock (`performance.now()`). */
  readonly deadlineMs: number;
  /** W3C `traceparent` of the caller's span. */
  readonly traceparent?: string | undefined;
  /** "Answer at least as new as this"; a token of another lineage asks for nothing. */
  readonly atLeast?: RevisionToken | undefined;
  /** Holds beside `atLeast`. Default: `minimize-latency`. */
  readonly consistency?: Consistency | undefined;
}

/** A decision, and how it was served. */
export interface Answer {
  readonly decision: Decision;
  /** Unique per answer; the same in log, trace, response and audit annotation. */
  readonly decisionId: string;
  /** How long the caller may repeat this verdict, in milliseconds; 0: not at all. */
  readonly cacheTtlMs: number;
  /** How long ago the policy source was last known to be current, in milliseconds. */
  readonly stalenessMs: number;
  /** True when policy may be out of date and the last good revision is served. */
  readonly degraded: boolean;
}

/** Decides one workload, or rejects with `UndecidedError`. Every cross-cutting concern is a wrapper of this type. */
export type Decide = (workload: Workload, context: DecideContext) => Promise<Answer>;

export const undecidedCodes = [
  "undecided-deadline",
  "undecided-no-policy",
  "undecided-unavailable",
  "undecided-behind",
  "undecided-overloaded",
  "undecided-internal",
  "undecided-expired",
  "undecided-other-revision",
  "undecided-other-cluster",
] as const;
export type UndecidedCode = (typeof undecidedCodes)[number];

/** No decision could be reached. Never silently a verdict: the webhook's `whenUndecided` alone turns it into one. */
export class UndecidedError extends Error {
  override readonly name = "UndecidedError";
  readonly code: UndecidedCode;

  /** `message` is a safe sentence for clients; what went wrong inside belongs in `cause`. */
  constructor(code: UndecidedCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
