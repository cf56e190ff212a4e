/** What a kube-apiserver sends and expects: ImageReview, AdmissionReview, and which fields of which kinds hold images. */
export { parseAdmissionReview, toAdmissionProblemResponse, toAdmissionResponse } from "./admission-review.ts";
export { parseImageReview, toImageReviewProblemResponse, toImageReviewResponse } from "./image-review.ts";
export { type Review, type ReviewContext, type ReviewProblem, type ReviewProblemCode, reviewProblemCodes } from "./parsed-review.ts";
