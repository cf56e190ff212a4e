import { toImageReviewProblemResponse, toImageReviewResponse, toImageReviewUndecidedResponse } from "@portcullis/kubernetes";
import type { ReviewProtocol } from "../review-protocol.ts";
import { addReviewRoute, type ReviewRoutes } from "../review-route.ts";

/** `POST /image-review`: the server of the kubeconfig that an ImagePolicyWebhook configuration names. */
export function imageReviewRoute(routes: ReviewRoutes): void {
  addReviewRoute(routes, imageReview, routes.paths.imageReview);
}

const imageReview: ReviewProtocol = {
  path: "image-review",
  toAnswer: toImageReviewResponse,
  toProblemAnswer: toImageReviewProblemResponse,
  toUndecidedAnswer: toImageReviewUndecidedResponse,
};
