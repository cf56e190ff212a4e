import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import {
  bounded,
  type DecideRequest,
  type DecideResponse,
  type ExplainRequest,
  type ExplainResponse,
  fromConsistencyMessage,
  fromWorkloadMessage,
  maxTimeoutMs,
  messageOf,
  type Received,
  toDecideResponse,
  toErrorStatus,
} from "@portcullis/wire";
import type { AnswerQuestion } from "./answer-question.ts";
import type { Clock } from "./clock.ts";
import type { DecisionService } from "./create-decision-service.ts";

// An explanation holds policies times images.
const maxExplainedImages = 1_000;

/** `Decide`: one question whose deadline and trace context are those of the call. */
export function serveDecide(answer: AnswerQuestion) {
  return (call: ServerUnaryCall<Received<DecideRequest>, DecideResponse>, callback: sendUnaryData<DecideResponse>): void => {
    const [traceparent = ""] = call.metadata.get("traceparent");
    const timeoutMs = remainingMs(call.getDeadline());
    respond(callback, async () => answer({ ...messageOf(call.request), traceparent: traceparent.toString(), timeoutMs }));
  };
}

/** `Explain`: past every cache. */
export function serveExplain({ explain }: Pick<DecisionService, "explain">, clock: Clock) {
  return (call: ServerUnaryCall<Received<ExplainRequest>, ExplainResponse>, callback: sendUnaryData<ExplainResponse>): void =>
    respond(callback, async () => {
      const { workload, consistency } = messageOf(call.request);
      bounded(workload?.images ?? [], "workload.images", maxExplainedImages);
      const deadlineMs = clock.now() + remainingMs(call.getDeadline());
      const { answer, steps } = await explain(fromWorkloadMessage(workload), {
        deadlineMs,
        consistency: fromConsistencyMessage(consistency),
      });
      return { response: toDecideResponse(answer), steps };
    });
}

function respond<Response>(callback: sendUnaryData<Response>, work: () => Promise<Response>): void {
  work().then(
    (response) => callback(null, response),
    (error: unknown) => callback(toErrorStatus(error)),
  );
}

function remainingMs(deadline: Date | number): number {
  const remaining = Number(deadline) - Date.now();
  return Math.max(0, Math.min(remaining, maxTimeoutMs));
}
