import type { Answer } from "@portcullis/policy";
import type { Review, ReviewContext, ReviewProblem } from "./parsed-review.ts";

/** Reads an AdmissionReview (`admission.k8s.io/v1`). Never throws: hostile bodies become a `ReviewProblem`. */
export function parseAdmissionReview(body: Buffer, context: ReviewContext): Review | ReviewProblem {
  throw new Error(`not built yet: ${body.length} ${context.cluster}`);
}

/** The response body for an answer; warnings ≤ 256 characters each and header-safe, findings as audit annotations. */
export function toAdmissionResponse(review: Review, answer: Answer): object {
  throw new Error(`not built yet: ${review.uid} ${answer.decisionId}`);
}

/** The response body that denies a body nobody can judge. */
export function toAdmissionProblemResponse(problem: ReviewProblem): object {
  throw new Error(`not built yet: ${problem.uid}`);
}
