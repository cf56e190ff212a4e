import {
  parseAdmissionReview,
  parseImageReview,
  type Review,
  type ReviewContext,
  type ReviewProblem,
  toOversizedAdmissionProblem,
  toOversizedImageProblem,
} from "@portcullis/kubernetes";
import type { Workload } from "@portcullis/policy";
import { maxBodyBytes } from "./received-body.ts";
import type { ReviewPath } from "./review-protocol.ts";

/** More than any pod that could run has. Handing more to this thread, or deciding on it, would hold the event loop. */
const maxImages = 2_048;
const maxAnnotations = 2_048;

/**
 * Nor has any pod longer names than this, all together: an API server lets an object have 256 KiB of annotations. Copying and
 * hashing an image of 7 MiB held this thread for 25 ms, and that of 8 such bodies, which other threads read, for up to 340 ms.
 */
const maxTextLength = 512 * 1024;

/** Reads a body as its path says. A body that nobody can judge is a `ReviewProblem`. */
export function parseReview(path: ReviewPath, body: Buffer, context: ReviewContext): Review | ReviewProblem {
  const review = path === "validate" ? parseAdmissionReview(body, context) : parseImageReview(body, context);
  if (!review.ok) return review;
  const { images, annotations } = review.workload;
  const annotationCount = Object.keys(annotations).length;
  if (images.length > maxImages || annotationCount > maxAnnotations) {
    return tooLarge(review, `has ${images.length} images and ${annotationCount} annotations, more than ${maxImages} of one of them`);
  }
  // No text is longer than what it was read from, so most bodies need no counting.
  if (body.length > maxTextLength && textLength(review.workload) > maxTextLength) {
    return tooLarge(review, `has names and annotations of more than ${maxTextLength} characters together`);
  }
  return review;
}

function textLength(workload: Workload): number {
  const { namespace, group, kind, name, images, annotations, unknownImageLists } = workload;
  const texts = [namespace, group, kind, name, ...Object.entries(annotations).flat(), ...unknownImageLists];
  for (const { image, container } of images) texts.push(image, container);
  return texts.reduce((length, text) => length + text.length, 0);
}

function tooLarge({ uid, apiVersion }: Review, what: string): ReviewProblem {
  return { ok: false, code: "review-too-large", message: `the review ${what}`, uid, apiVersion };
}

/** The problem of a body that is not read; its beginning holds the `uid` that an AdmissionReview wants echoed. */
export function toOversizedProblem(path: ReviewPath, prefix: Buffer): ReviewProblem {
  return path === "validate" ? toOversizedAdmissionProblem(prefix, maxBodyBytes) : toOversizedImageProblem(maxBodyBytes);
}
