import { type Answer, type Decide, UndecidedError } from "@portcullis/policy";
import type { Clock } from "./clock.ts";
import type { Generation } from "./generation.ts";
import type { Judge } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import { workloadKey } from "./workload-key.ts";

export interface DecideOptions {
  /** The newest generation that is at least as new as asked for; rejects with `UndecidedError`. */
  readonly reach: (atLeast: Parameters<Decide>[1]["atLeast"], deadlineMs: number) => Generation | Promise<Generation>;
  readonly judge: Judge;
  readonly clock: Clock;
  readonly nextDecisionId: () => string;
  /** Called with whatever was thrown that is no `UndecidedError`: a mistake of ours. */
  readonly onMistake: (error: unknown, decisionId: string) => void;
}

/** Decides by the snapshot that is current when the judgement begins. */
export function decideByCurrentGeneration({ reach, judge, clock, nextDecisionId, onMistake }: DecideOptions): Decide {
  return async (workload, { deadlineMs, traceparent, atLeast }) => {
    assertInTime(clock.now(), deadlineMs);
    const reached = reach(atLeast, deadlineMs);
    // Awaiting what is there already would cost a turn of the microtask queue, here and below.
    const generation = reached instanceof Promise ? await reached : reached;
    const decisionId = nextDecisionId();
    let judgement: Judgement;
    try {
      const judged = judge(generation, workload, { decisionId, traceparent, key: workloadKey(workload) });
      judgement = judged instanceof Promise ? await judged : judged;
    } catch (cause) {
      // An exception is no verdict; its text may say more than a client should read.
      onMistake(cause, decisionId);
      throw new UndecidedError("undecided-internal", `the decision failed inside; the log has the cause under "${decisionId}"`, { cause });
    }
    const nowMs = clock.now();
    assertInTime(nowMs, deadlineMs);
    return toAnswer(judgement, decisionId, nowMs);
  };
}

function toAnswer({ decision, repeatableUntilMs }: Judgement, decisionId: string, nowMs: number): Answer {
  return {
    decision,
    decisionId,
    // What remains: a caller that repeats the verdict for as long stays within the bound of this cache.
    cacheTtlMs: Math.max(0, repeatableUntilMs - nowMs),
    // The bus is in this process: what it published last is what there is.
    stalenessMs: 0,
    degraded: false,
  };
}

function assertInTime(nowMs: number, deadlineMs: number): void {
  if (nowMs >= deadlineMs) throw new UndecidedError("undecided-deadline", "no decision was reached before the deadline");
}
