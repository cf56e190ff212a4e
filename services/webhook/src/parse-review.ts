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

/** More than any pod that could run has. Handing more to this thread, or deciding on it, would hold the event loop. */
const maxImages = 2_048;
const maxAnnotations = 2_048;

/** Reads a body as its path says. A body that nobody can judge is a `ReviewProblem`. */
export function parseReview(path: ReviewPath, body: Buffer, context: ReviewContext): Review | ReviewProblem {
  const review = path === "validate" ? parseAdmissionReview(body, context) : parseImageReview(body, context);
  if (!review.ok) return review;
  const { images, annotations } = review.workload;
  const annotationCount = Object.keys(annotations).length;
  if (images.length <= maxImages && annotationCount <= maxAnnotations) return review;
  const message = `the review has ${images.length} images and ${annotationCount} annotations, more than ${maxImages} of one of them`;
  return { ok: false, code: "review-too-large", message, uid: review.uid, apiVersion: review.apiVersion };
}

/** The problem of a body that is not read; its beginning holds the `uid` that an AdmissionReview wants echoed. */
export function toOversizedProblem(path: ReviewPath, prefix: Buffer): ReviewProblem {
  return path === "validate" ? toOversizedAdmissionProblem(prefix, maxBodyBytes) : toOversizedImageProblem(maxBodyBytes);
}
