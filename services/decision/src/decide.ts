import { type Answer, type Decide, type Decision, UndecidedError } from "@portcullis/policy";
import type { Clock } from "./clock.ts";
import type { Judge } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import { assertOwnCluster } from "./own-cluster.ts";
import type { AgeOf, PolicyAge } from "./policy-age.ts";
import type { Reach } from "./reach-generation.ts";
import { workloadKey } from "./workload-key.ts";

export interface DecideOptions {
  /** The only cluster whose workloads are decided; undefined: any. */
  readonly cluster: string | undefined;
  readonly reach: Reach;
  readonly judge: Judge;
  readonly ageOf: AgeOf;
  readonly clock: Clock;
  readonly nextDecisionId: () => string;
  /** Called with whatever was thrown that is no `UndecidedError`: a mistake of ours. */
  readonly onMistake: (error: unknown, decisionId: string) => void;
}

/** Decides by the snapshot that is current when the judgement begins. */
export function decideByCurrentGeneration(options: DecideOptions): Decide {
  const { cluster, reach, judge, ageOf, clock, nextDecisionId, onMistake } = options;
  return async (workload, context) => {
    const { deadlineMs, traceparent } = context;
    assertInTime(clock.now(), deadlineMs);
    assertOwnCluster(cluster, workload);
    const reached = reach(context);
    // Awaiting what is there already would cost a turn of the microtask queue, here and below.
    const generation = reached instanceof Promise ? await reached : reached;
    const { revision } = generation.snapshot;
    const decisionId = nextDecisionId();
    // Where policy has expired, what it would say is neither asked nor logged.
    const before = ageOf(workload, revision);
    if (before.denial !== undefined) return toAnswer(before.denial, decisionId, before);
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
    const age = ageOf(workload, revision);
    // What remains: a caller that repeats the verdict for as long stays within the bound of this cache.
    const repeatableMs = Math.max(0, Math.min(judgement.repeatableUntilMs - nowMs, age.repeatableMs));
    return toAnswer(judgement.decision, decisionId, { ...age, repeatableMs });
  };
}

/** An answer of a certain age. */
export function toAnswer(decision: Decision, decisionId: string, age: PolicyAge): Answer {
  const { denial, repeatableMs, stalenessMs, degraded } = age;
  return { decision: denial ?? decision, decisionId, cacheTtlMs: repeatableMs, stalenessMs, degraded };
}

function assertInTime(nowMs: number, deadlineMs: number): void {
  if (nowMs >= deadlineMs) throw new UndecidedError("undecided-deadline", "no decision was reached before the deadline");
}
