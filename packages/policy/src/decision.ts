/** Names one revision of one policy set. Revisions compare only within equal lineage. */
export interface RevisionToken {
  readonly lineage: string;
  readonly epoch: number;
  readonly revision: number;
}

export const enforcements = ["deny", "warn", "audit"] as const;
export type Enforcement = (typeof enforcements)[number];

/**
 * What an image broke. `broken-rule` is a rule that could not be evaluated, which is not a rule that says no; `policy-expired` no
 * rule at all, but the age of the policy.
 */
export const findingRules = [
  "allow",
  "deny",
  "require-digest",
  "require-tag",
  "unparsable-image",
  "short-name",
  "not-covered",
  "broken-rule",
  "policy-expired",
] as const;
export type FindingRule = (typeof findingRules)[number];

/** One image that breaks one rule, and why. */
export interface Finding {
  /** Name of the policy, or `bundle default`. */
  readonly policy: string;
  readonly enforcement: Enforcement;
  readonly rule: FindingRule;
  /** As written. */
  readonly image: string;
  /** Canonical spelling; empty where the image cannot be parsed. */
  readonly canonical: string;
  /** Field the image stands in: `containers`, …, or `any` where the review does not say. */
  readonly field: string;
  readonly container: string;
  /** The policy's `message`, or one that says what is wrong; names image and policy. Complete, for people. */
  readonly message: string;
}

/** What every decision carries: the revision it was served at, and what `warn` and `audit` policies found. */
interface Judged {
  readonly servedAt: RevisionToken;
  readonly warnings: readonly Finding[];
  readonly audited: readonly Finding[];
}

/**
 * The outcome for a whole workload. A denial always carries at least one
 * finding, so a refusal without a reason cannot be expressed.
 */
export type Decision =
  | (Judged & { readonly verdict: "allow" })
  | (Judged & { readonly verdict: "deny"; readonly denials: readonly [Finding, ...Finding[]] });
