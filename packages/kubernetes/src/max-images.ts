import { JsonProblem } from "./json-problem.ts";

/**
 * Images that one workload may hold. The largest objects etcd stores could hold four times as many, no workload does;
 * beyond it judging alone would hold the event loop, and so delay everybody else's answers.
 */
export const maxImages = 4096;

/** Throws `review-too-many-images`. */
export function assertJudgeable(images: readonly unknown[]): void {
  if (images.length <= maxImages) return;
  throw new JsonProblem("review-too-many-images", `the review holds ${images.length} images, which is more than ${maxImages}`);
}
