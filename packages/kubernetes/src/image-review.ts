import type { Answer } from "@portcullis/policy";
import type { Review, ReviewContext, ReviewProblem } from "./parsed-review.ts";

/** Reads an ImageReview (`imagepolicy.k8s.io/v1alpha1`). Never throws: hostile bodies become a `ReviewProblem`. */
export function parseImageReview(body: Buffer, context: ReviewContext): Review | ReviewProblem {
  throw new Error(`not built yet: ${body.length} ${context.cluster}`);
}

/** The response body for an answer: `status.allowed`, `reason`, `auditAnnotations`. */
export function toImageReviewResponse(review: Review, answer: Answer): object {
  throw new Error(`not built yet: ${review.uid} ${answer.decisionId}`);
}

/** The response body that denies a body nobody can judge. */
export function toImageReviewProblemResponse(problem: ReviewProblem): object {
  throw new Error(`not built yet: ${problem.uid}`);
}
