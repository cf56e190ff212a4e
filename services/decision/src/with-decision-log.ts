import type { Decision, Finding, Workload } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import type { Clock } from "./clock.ts";
import { type Judge, type JudgeContext, onceJudged } from "./judge.ts";

export interface DecisionLog {
  readonly log: Telemetry["log"];
  readonly clock: Clock;
  /** Most lines per second for each verdict, so that a flood of one does not hide the other. */
  readonly maxLinesPerSecond: number;
  readonly onDropped: () => void;
}

// Names of 7 MiB and pods of 100,000 images are possible; a line is for people and for a bounded disk.
const maxListed = 10;
const maxText = 256;

/** Writes a line per distinct decision: it wraps what the cache wraps, so that a repeated verdict says nothing again. */
export function withDecisionLog(judge: Judge, { log, clock, maxLinesPerSecond, onDropped }: DecisionLog): Judge {
  const budgets = { allow: lineBudget(clock, maxLinesPerSecond), deny: lineBudget(clock, maxLinesPerSecond) };
  return (generation, workload, context) =>
    onceJudged(judge(generation, workload, context), (judgement) => {
      const { decision } = judgement;
      if (budgets[decision.verdict]()) log.info(toRecord(decision, workload, context), decision.verdict);
      else onDropped();
      return judgement;
    });
}

/** A bucket that holds one second's worth of lines. */
function lineBudget(clock: Clock, perSecond: number): () => boolean {
  let tokens = perSecond;
  let filledAtMs = clock.now();
  return () => {
    const nowMs = clock.now();
    tokens = Math.min(perSecond, tokens + ((nowMs - filledAtMs) * perSecond) / 1_000);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

function toRecord(decision: Decision, workload: Workload, { decisionId, traceparent }: JudgeContext): object {
  const { via, cluster, namespace, kind, name, operation, images } = workload;
  return {
    decision_id: decisionId,
    traceparent,
    served_at: decision.servedAt,
    workload: { via, cluster, namespace, kind, name: cut(name), operation },
    images: images.slice(0, maxListed).map(({ image }) => cut(image)),
    image_count: images.length,
    findings: decision.verdict === "deny" ? decision.denials.slice(0, maxListed).map(toEntry) : [],
    warnings: decision.warnings.slice(0, maxListed).map(toEntry),
    audited: decision.audited.slice(0, maxListed).map(toEntry),
  };
}

function toEntry({ policy, rule, image, field }: Finding): object {
  return { policy, rule, image: cut(image), field };
}

function cut(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText)}…`;
}
