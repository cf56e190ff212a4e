import { type Decide, UndecidedError } from "@portcullis/policy";
import type { Clock } from "./clock.ts";
import type { DecisionMetrics } from "./decision-metrics.ts";

/** Counts every answer once, whatever came of it, and how long it took. */
export function withMetrics(decide: Decide, metrics: DecisionMetrics, clock: Clock): Decide {
  return async (workload, context) => {
    const startedMs = clock.now();
    const answered = (outcome: Parameters<DecisionMetrics["answered"]>[0]) => metrics.answered(outcome, (clock.now() - startedMs) / 1_000);
    try {
      const answer = await decide(workload, context);
      answered(answer.decision.verdict);
      return answer;
    } catch (error) {
      answered(error instanceof UndecidedError ? error.code : "undecided-internal");
      throw error;
    }
  };
}
