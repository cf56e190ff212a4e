import type { ExpiryAction, FreshnessReading } from "@portcullis/policy-bus";

/** Whoever follows policy on behalf of this process, as far as answers need to know. */
export interface PolicyFeed {
  /** How long ago it was proven that the newest revision is served. Asked for every answer. */
  freshness(): FreshnessReading;
  /** Asks the leader of the policy log now, and puts in force what it names. Never rejects; `freshness` tells what came of it. */
  sync(): Promise<void>;
}

/** What is done once policy is too old. */
export interface ExpiryRule {
  /** Null: policy never expires. */
  readonly ceilingMs: number | null;
  readonly whenExpired: ExpiryAction;
}
