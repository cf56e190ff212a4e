import {
  parseAdmissionReview,
  parseImageReview,
  type Review,
  type ReviewContext,
  type ReviewProblem,
  toOversizedAdmissionProblem,
  toOversizedImageProblem,
} from "@portcullis/kubernetes";
import { maxBodyBytes } from "./received-body.ts";
import type { ReviewPath } from "./review-protocol.ts";

/** More images than any pod that could run has; a decision about more would hold the event loop. */
export const maxImages = 4_096;

/** Reads a body as its path says. A body that nobody can judge is a `ReviewProblem`. */
export function parseReview(path: ReviewPath, body: Buffer, context: ReviewContext): Review | ReviewProblem {
  const review = path === "validate" ? parseAdmissionReview(body, context) : parseImageReview(body, context);
  if (!review.ok || review.workload.images.length <= maxImages) return review;
  const message = `the review names ${review.workload.images.length} images, more than ${maxImages}`;
  return { ok: false, code: "review-too-large", message, uid: review.uid, apiVersion: review.apiVersion };
}

/** The problem of a body that is not read; its beginning holds the `uid` that an AdmissionReview wants echoed. */
export function toOversizedProblem(path: ReviewPath, prefix: Buffer): ReviewProblem {
  return path === "validate" ? toOversizedAdmissionProblem(prefix, maxBodyBytes) : toOversizedImageProblem(maxBodyBytes);
}
