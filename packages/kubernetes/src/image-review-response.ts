import { type Answer, describeDenial } from "@portcullis/policy";
import { boundedMessage, toAuditAnnotations, toUndecidedAnnotations } from "./answer-text.ts";
import type { Review, ReviewProblem, UndecidedOutcome } from "./parsed-review.ts";

/** Body of an answer to an ImageReview. kube-apiserver reads `status` alone, and caches it under the review's `spec`. */
export interface ImageReviewResponseBody {
  readonly apiVersion: string;
  readonly kind: "ImageReview";
  readonly status: {
    readonly allowed: boolean;
    readonly reason?: string;
    readonly auditAnnotations: Readonly<Record<string, string>>;
  };
}

/** The response body for an answer: `status.allowed`, `reason`, `auditAnnotations`. */
export function toImageReviewResponse(review: Review, answer: Answer): ImageReviewResponseBody {
  const { decision } = answer;
  const auditAnnotations = toAuditAnnotations(answer);
  if (decision.verdict === "allow") return toBody(review, { allowed: true, auditAnnotations });
  return toBody(review, { allowed: false, reason: boundedMessage(describeDenial(decision)), auditAnnotations });
}

/** The response body that denies a body nobody can judge. */
export function toImageReviewProblemResponse(problem: ReviewProblem): ImageReviewResponseBody {
  const reason = boundedMessage(`portcullis cannot judge this review: ${problem.message} (${problem.code})`);
  return toBody(problem, { allowed: false, reason, auditAnnotations: { problem: problem.code } });
}

/** The response body where no decision was reached and the configuration says what to answer instead. */
export function toImageReviewUndecidedResponse(review: Review, outcome: UndecidedOutcome): ImageReviewResponseBody {
  const auditAnnotations = toUndecidedAnnotations(outcome);
  if (outcome.verdict === "allow") return toBody(review, { allowed: true, auditAnnotations });
  const reason = boundedMessage(`portcullis reached no decision: ${outcome.message} (${outcome.code})`);
  return toBody(review, { allowed: false, reason, auditAnnotations });
}

function toBody({ apiVersion }: Review | ReviewProblem, status: ImageReviewResponseBody["status"]): ImageReviewResponseBody {
  return { apiVersion, kind: "ImageReview", status };
}
