import type { UndecidedCode, Workload } from "@portcullis/policy";

/** What the border knows about a caller before it reads a body. */
export interface ReviewContext {
  /** From the client certificate or the URL path. */
  readonly cluster: string;
  /** `strict`: images in lists outside any pod spec are judged, as being in every field; `report`: they become warnings. */
  readonly unknownImageLists: "report" | "strict";
}

/** A body that says what it asks about. */
export interface Review {
  readonly ok: true;
  /** `request.uid`, to be echoed; empty for an ImageReview. */
  readonly uid: string;
  /** `apiVersion` of the review, to be echoed. */
  readonly apiVersion: string;
  readonly dryRun: boolean;
  readonly workload: Workload;
}

/** A body on which the verdict is deny, whatever the policies say. */
export interface ReviewProblem {
  readonly ok: false;
  readonly code: ReviewProblemCode;
  /** A lower-case clause for `status.message`. */
  readonly message: string;
  /** Echoed when the body carries one that can be read; empty otherwise. */
  readonly uid: string;
  readonly apiVersion: string;
}

/** What is answered in place of a decision that could not be reached. */
export interface UndecidedOutcome {
  readonly verdict: "allow" | "deny";
  readonly code: UndecidedCode;
  /** A safe sentence for clients, lower-case. */
  readonly message: string;
}

export const reviewProblemCodes = [
  "review-not-json",
  "review-wrong-kind",
  "review-missing-uid",
  "review-malformed",
  "review-duplicate-key",
  "review-too-deep",
  "review-too-many-tokens",
  "review-too-many-images",
  "review-too-large",
] as const;
export type ReviewProblemCode = (typeof reviewProblemCodes)[number];
