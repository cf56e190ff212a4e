import { type Answer, describeDenial } from "@portcullis/policy";
import { boundedMessage, toAuditAnnotations, toUndecidedAnnotations, toWarnings, warningTexts } from "./answer-text.ts";
import type { Review, ReviewProblem, UndecidedOutcome } from "./parsed-review.ts";

/** Body of an answer to an AdmissionReview. kube-apiserver fails a call whose `apiVersion`, `kind` or `uid` is not its own. */
export interface AdmissionResponseBody {
  readonly apiVersion: string;
  readonly kind: "AdmissionReview";
  readonly response: AdmissionResponse;
}

interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly status: "Failure"; readonly code: number; readonly reason: string; readonly message: string };
  readonly warnings?: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** The response body for an answer; warnings ≤ 256 characters each and header-safe, findings as audit annotations. */
export function toAdmissionResponse(review: Review, answer: Answer): AdmissionResponseBody {
  const { decision } = answer;
  const auditAnnotations = toAuditAnnotations(answer);
  const warnings = toWarnings(warningTexts(decision, review.workload.unknownImageLists));
  return toBody(review, {
    allowed: decision.verdict === "allow",
    ...(decision.verdict === "deny" ? { status: forbidden(describeDenial(decision)) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    auditAnnotations,
  });
}

/** The response body that denies a body nobody can judge. */
export function toAdmissionProblemResponse(problem: ReviewProblem): AdmissionResponseBody {
  const message = `portcullis cannot judge this review: ${problem.message} (${problem.code})`;
  return toBody(problem, { allowed: false, status: forbidden(message), auditAnnotations: { problem: problem.code } });
}

/** The response body where no decision was reached and the configuration says what to answer instead. */
export function toAdmissionUndecidedResponse(review: Review, outcome: UndecidedOutcome): AdmissionResponseBody {
  const auditAnnotations = toUndecidedAnnotations(outcome);
  if (outcome.verdict === "allow") {
    const warnings = toWarnings([`portcullis allowed this without a decision: ${outcome.message} (${outcome.code})`]);
    return toBody(review, { allowed: true, warnings, auditAnnotations });
  }
  const message = `portcullis reached no decision: ${outcome.message} (${outcome.code})`;
  return toBody(review, { allowed: false, status: forbidden(message), auditAnnotations });
}

function toBody({ uid, apiVersion }: Review | ReviewProblem, response: Omit<AdmissionResponse, "uid">): AdmissionResponseBody {
  return { apiVersion, kind: "AdmissionReview", response: { uid, ...response } };
}

function forbidden(message: string): NonNullable<AdmissionResponse["status"]> {
  return { status: "Failure", code: 403, reason: "Forbidden", message: boundedMessage(message) };
}
