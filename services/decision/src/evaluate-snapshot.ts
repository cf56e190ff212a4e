import type { StartSpan } from "@portcullis/telemetry";
import type { Evaluate, Judge } from "./judge.ts";

/** The innermost judge: a pure function of snapshot and workload, inside the span `policy.evaluate`. Its verdict may not be repeated. */
export function evaluateSnapshot(evaluate: Evaluate, startSpan: StartSpan): Judge {
  return async ({ snapshot }, workload, { traceparent }) => {
    const span = startSpan("policy.evaluate", { traceparent });
    try {
      return { decision: evaluate(snapshot, workload), repeatableUntilMs: 0 };
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  };
}
