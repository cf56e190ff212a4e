import type { Attack, BundleDifference, Lint, PolicyProblem, RevisionToken } from "@portcullis/policy";

/** What was found out about a bundle before it was signed. */
export interface PublishReport {
  /** `sha256:<hex>` of the encoded bundle. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly files: number;
  /** Those of overlays too; 0 where it does not compile. */
  readonly policies: number;
  readonly patterns: number;
  /** What keeps the bundle from compiling: `policy-overlay-…` where an overlay does more than tighten. */
  readonly mistakes: readonly PolicyProblem[];
  /** Foreign references that allow patterns admit; a hole is one where strangers can put an image. */
  readonly attacks: readonly Attack[];
  /** What is probably not meant. Keeps nothing from being published. */
  readonly advice: readonly Lint[];
  readonly cases: CasesReport;
  /** What changes against each revision that some cluster of the audience may hold now; the newest first. Empty: there is none. */
  readonly changes: readonly ChangeAgainst[];
}

/** How the decision cases ended that stand in the bundle. */
export interface CasesReport {
  readonly files: number;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly FailedCase[];
}

/** A case that did not pass, or a mistake in a case file: then `case` is empty. */
export interface FailedCase {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly case: string;
  readonly message: string;
}

export interface ChangeAgainst {
  readonly token: RevisionToken;
  readonly audience: readonly string[];
  readonly difference: BundleDifference;
}
