import type { Decide } from "@portcullis/policy";
import { noSpan, type StartSpan } from "@portcullis/telemetry";

/** Puts each decision into a span `decision.decide`, below the caller's and above `policy.evaluate`. */
export function withTracing(decide: Decide, startSpan: StartSpan): Decide {
  if (startSpan === noSpan) return decide;
  return async (workload, context) => {
    const span = startSpan("decision.decide", { traceparent: context.traceparent });
    try {
      const answer = await decide(workload, { ...context, traceparent: span.traceparent });
      span.setAttribute("portcullis.verdict", answer.decision.verdict);
      span.setAttribute("portcullis.decision_id", answer.decisionId);
      return answer;
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  };
}
