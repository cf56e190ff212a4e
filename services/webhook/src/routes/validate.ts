import { toAdmissionProblemResponse, toAdmissionResponse, toAdmissionUndecidedResponse } from "@portcullis/kubernetes";
import type { ReviewProtocol } from "../review-protocol.ts";
import { addReviewRoute, type ReviewRoutes } from "../review-route.ts";

/** `POST /validate`: the URL of a ValidatingWebhookConfiguration. */
export function validateRoute(routes: ReviewRoutes): void {
  addReviewRoute(routes, admissionReview, routes.paths.validate);
}

const admissionReview: ReviewProtocol = {
  path: "validate",
  toAnswer: toAdmissionResponse,
  toProblemAnswer: toAdmissionProblemResponse,
  toUndecidedAnswer: toAdmissionUndecidedResponse,
};
