import type { Decision } from "@portcullis/policy";
import { noSpan, type StartSpan } from "@portcullis/telemetry";
import { type Evaluate, type Judge, onceJudged } from "./judge.ts";
import type { Judgement } from "./judgement.ts";

/** The innermost judge: a pure function of snapshot and workload, inside the span `policy.evaluate`. Its verdict may not be repeated. */
export function evaluateSnapshot(evaluate: Evaluate, startSpan: StartSpan): Judge {
  const judge: Judge = ({ snapshot }, workload) => onceJudged(evaluate(snapshot, workload), toJudgement);
  if (startSpan === noSpan) return judge;
  return async (generation, workload, context) => {
    const span = startSpan("policy.evaluate", { traceparent: context.traceparent });
    try {
      return await judge(generation, workload, context);
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  };
}

function toJudgement(decision: Decision): Judgement {
  return { decision, repeatableUntilMs: 0 };
}
