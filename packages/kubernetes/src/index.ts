/** What a kube-apiserver sends and expects: ImageReview, AdmissionReview, and which fields of which kinds hold images. */
export {
  type AdmissionResponseBody,
  toAdmissionProblemResponse,
  toAdmissionResponse,
  toAdmissionUndecidedResponse,
} from "./admission-response.ts";
export { parseAdmissionReview } from "./admission-review.ts";
export { parseImageReview } from "./image-review.ts";
export {
  type ImageReviewResponseBody,
  toImageReviewProblemResponse,
  toImageReviewResponse,
  toImageReviewUndecidedResponse,
} from "./image-review-response.ts";
export { toOversizedAdmissionProblem, toOversizedImageProblem } from "./oversized-review.ts";
export {
  type Review,
  type ReviewContext,
  type ReviewProblem,
  type ReviewProblemCode,
  reviewProblemCodes,
  type UndecidedOutcome,
} from "./parsed-review.ts";
export {
  type DocumentDefaults,
  type DocumentProblem,
  type DocumentProblemCode,
  type DocumentWorkload,
  documentProblemCodes,
  workloadsFromDocuments,
} from "./workloads-from-documents.ts";
