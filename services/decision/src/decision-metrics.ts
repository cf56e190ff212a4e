import { undecidedCodes } from "@portcullis/policy";
import { TallyCounter, TallyHistogram, type Telemetry } from "@portcullis/telemetry";
import { Counter, Gauge } from "prom-client";
import type { CacheLookup } from "./with-cache.ts";

/** What the decision service counts. Labels are closed sets of words: never a name from a workload. */
export interface DecisionMetrics {
  readonly answered: (outcome: Outcome, seconds: number) => void;
  readonly lookedUp: (result: CacheLookup) => void;
  readonly logLineDropped: () => void;
  readonly revisionApplied: (applied: { readonly revision: number; readonly policies: number; readonly patterns: number }) => void;
  readonly revisionRejected: () => void;
}

const outcomes = ["allow", "deny", ...undecidedCodes] as const;
export type Outcome = (typeof outcomes)[number];
const lookupResults: readonly CacheLookup[] = ["hit", "miss", "expired"];

/** Registers the metrics. `cacheEntries` is asked at each scrape. */
export function createDecisionMetrics({ metrics }: Telemetry, cacheEntries: () => number): DecisionMetrics {
  const registers = [metrics];
  const answers = new TallyCounter({
    name: "portcullis_decision_decisions_total",
    help: "Answers by outcome: allow, deny, or why undecided.",
    labelNames: ["outcome"],
    registers,
  });
  const histogram = new TallyHistogram({
    name: "portcullis_decision_decide_seconds",
    help: "Time from a question to its answer inside the decision service.",
    buckets: [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
    registers,
  });
  const lookups = new TallyCounter({
    name: "portcullis_decision_cache_lookups_total",
    help: "Lookups in the verdict cache by result: hit, miss, expired.",
    labelNames: ["result"],
    registers,
  });
  const seconds = histogram.child({});
  const answersBy = new Map(outcomes.map((outcome) => [outcome, answers.child({ outcome })]));
  const lookupsBy = new Map(lookupResults.map((result) => [result, lookups.child({ result })]));
  return {
    answered(outcome, elapsed) {
      answersBy.get(outcome)?.inc();
      seconds.observe(elapsed);
    },
    lookedUp: (result) => lookupsBy.get(result)?.inc(),
    ...registerRevisionMetrics(registers, cacheEntries),
  };
}

function registerRevisionMetrics(registers: Telemetry["metrics"][], cacheEntries: () => number) {
  const dropped = new TallyCounter({
    name: "portcullis_decision_log_dropped_total",
    help: "Distinct decisions that were not logged because there were too many per second.",
    registers,
  }).child({});
  const rejected = new Counter({
    name: "portcullis_decision_revisions_rejected_total",
    help: "Revisions that do not compile; the one before stays in force.",
    registers,
  });
  const revision = new Gauge({ name: "portcullis_decision_revision", help: "Number of the revision in force.", registers });
  const policies = new Gauge({ name: "portcullis_decision_policies", help: "Policies in force.", registers });
  const patterns = new Gauge({ name: "portcullis_decision_patterns", help: "Patterns in force, over all lists.", registers });
  new Gauge({
    name: "portcullis_decision_cache_entries",
    help: "Verdicts held for the revision in force; expired ones are among them until somebody asks again.",
    registers,
    collect() {
      this.set(cacheEntries());
    },
  });
  return {
    logLineDropped: () => dropped.inc(),
    revisionRejected: () => rejected.inc(),
    revisionApplied(applied: { readonly revision: number; readonly policies: number; readonly patterns: number }) {
      revision.set(applied.revision);
      policies.set(applied.policies);
      patterns.set(applied.patterns);
    },
  };
}
