import type { FollowProblem, FollowState, FreshnessReading, RevisionNack } from "@portcullis/policy-bus";
import type { Telemetry } from "@portcullis/telemetry";
import { createBusMetrics } from "./bus-metrics.ts";
import { logBusProblems } from "./bus-problem-log.ts";
import type { Clock } from "./clock.ts";

export interface ObserveBusOptions {
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly state: () => FollowState;
  readonly freshness: () => FreshnessReading;
}

/** Logs and counts what following a bus brings about. */
export interface BusObserver {
  readonly onProblem: (problem: FollowProblem) => void;
  /** `seconds`: how long it took to compile and test a revision. */
  readonly onPrepared: (seconds: number) => void;
  readonly onReport: (problem: unknown) => void;
  /** Notes what changed since the last time. */
  readonly look: () => void;
  /** For readiness, which never depends on them. */
  readonly details: () => Readonly<Record<string, unknown>>;
}

const shownRefusals = 3;

export function observeBus({ telemetry, clock, state, freshness }: ObserveBusOptions): BusObserver {
  const { log } = telemetry;
  const metrics = createBusMetrics(telemetry, { state, freshness });
  const logProblem = logBusProblems(log, clock);
  const known = new WeakSet<RevisionNack>();
  let lastProblem: FollowProblem | undefined;
  let level = "";

  function noteRefusals(nacks: readonly RevisionNack[]): void {
    for (const nack of nacks) {
      if (known.has(nack)) continue;
      known.add(nack);
      metrics.refused(nack.code);
      log.error({ revision: nack.token, code: nack.code, detail: nack.detail }, "revision refused; the one before stays in force");
    }
  }

  function noteFreshness({ freshness: next, stalenessMs }: FreshnessReading): void {
    if (next === level) return;
    level = next;
    const facts = { stalenessMs: Math.round(stalenessMs) };
    if (next === "fresh") log.info(facts, "policy is fresh");
    else log.warn(facts, `policy is ${next}`);
  }

  return {
    onProblem(problem) {
      lastProblem = problem;
      metrics.problem(problem.code);
      logProblem(problem);
    },
    onPrepared: metrics.prepared,
    onReport: (problem) => (problem === undefined ? undefined : metrics.reportFailed()),
    look() {
      const now = state();
      noteRefusals(now.nacks);
      noteFreshness(now);
    },
    details() {
      const { freshness: now, stalenessMs, seen, nacks } = state();
      const problem = now === "fresh" ? undefined : lastProblem;
      return {
        freshness: now,
        stalenessMs: Math.round(stalenessMs),
        seen,
        nacks: nacks.slice(-shownRefusals),
        ...(problem !== undefined && { busProblem: { code: problem.code, detail: problem.detail } }),
      };
    },
  };
}
