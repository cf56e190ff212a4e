import { parseAdmissionReview } from "./admission-review.ts";
import { imageReviewApiVersion } from "./image-review.ts";
import type { ReviewProblem } from "./parsed-review.ts";

/**
 * The problem of an AdmissionReview that is too large to be parsed, with the `request.uid` that its first bytes hold:
 * only a `uid` directly in the top-level `request` counts, wherever else the text may say "uid".
 */
export function toOversizedAdmissionProblem(prefix: Buffer, maxBodyBytes: number): ReviewProblem {
  const { uid, apiVersion } = parseAdmissionReview(prefix, { cluster: "", unknownImageLists: "report" });
  return { ok: false, code: "review-too-large", message: describe(maxBodyBytes), uid, apiVersion };
}

/** The problem of an ImageReview that is too large to be parsed. */
export function toOversizedImageProblem(maxBodyBytes: number): ReviewProblem {
  return { ok: false, code: "review-too-large", message: describe(maxBodyBytes), uid: "", apiVersion: imageReviewApiVersion };
}

function describe(maxBodyBytes: number): string {
  return `the body is larger than ${maxBodyBytes} bytes`;
}
