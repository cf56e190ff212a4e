import type { Review, ReviewProblem, UndecidedOutcome } from "@portcullis/kubernetes";
import type { Answer } from "@portcullis/policy";

/** The two things an API server can ask. Also the label of their metrics. */
export const reviewPaths = ["image-review", "validate"] as const;
export type ReviewPath = (typeof reviewPaths)[number];

/** How one of the two protocols is answered. Answers are bodies of HTTP 200. */
export interface ReviewProtocol {
  readonly path: ReviewPath;
  toAnswer(review: Review, answer: Answer): object;
  toProblemAnswer(problem: ReviewProblem): object;
  toUndecidedAnswer(review: Review, outcome: UndecidedOutcome): object;
}
