import type { ReviewProblem } from "@portcullis/kubernetes";
import type { ReviewProtocol } from "./review-protocol.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

/** Everything a verdict can be reached on is 200; 429 asks to come again, 500 leaves it to the API server's own fail mode. */
export interface ReviewReply {
  readonly status: 200 | 429 | 500;
  /** JSON. */
  readonly body: string;
}

/** A body that nobody can judge is denied, so that garbage never becomes an allow by `defaultAllow`. */
export function denyProblem(metrics: WebhookMetrics, protocol: ReviewProtocol, problem: ReviewProblem): ReviewReply {
  metrics.bodyProblems[problem.code].inc();
  metrics.reviews[protocol.path].deny.inc();
  return { status: 200, body: JSON.stringify(protocol.toProblemAnswer(problem)) };
}

/** kube-apiserver tries again after 429 with `Retry-After`. */
export function retryLater(message: string): ReviewReply {
  return { status: 429, body: JSON.stringify({ code: "undecided-overloaded", message }) };
}
