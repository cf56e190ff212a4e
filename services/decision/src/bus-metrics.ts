import {
  bundleProblemCodes,
  compileWorkerCodes,
  type FollowState,
  type FreshnessReading,
  followCodes,
  freshnessLevels,
  revisionProblemCodes,
} from "@portcullis/policy-bus";
import type { Telemetry } from "@portcullis/telemetry";
import { Counter, Gauge } from "prom-client";

/** What is counted about following a bus. Labels are closed sets of words. */
export interface BusMetrics {
  readonly problem: (code: string) => void;
  readonly refused: (code: string) => void;
  readonly prepared: (seconds: number) => void;
  readonly reportFailed: () => void;
}

const problemCodes: readonly string[] = [...followCodes, ...revisionProblemCodes, ...bundleProblemCodes];
const refusalCodes: readonly string[] = [
  ...bundleProblemCodes,
  ...compileWorkerCodes,
  "policy-invalid",
  "self-test-smoke",
  "self-test-case",
  "cases-invalid",
];

/** Registers the metrics. `state` and `freshness` are asked at each scrape. */
export function createBusMetrics(
  { metrics }: Telemetry,
  { state, freshness }: { readonly state: () => FollowState | undefined; readonly freshness: () => FreshnessReading },
): BusMetrics {
  const registers = [metrics];
  registerAges(registers, freshness);
  registerTokens(registers, state);
  const problems = new Counter({
    name: "portcullis_decision_bus_problems_total",
    help: "What was met while following revisions, by code.",
    labelNames: ["code"],
    registers,
  });
  const refusals = new Counter({
    name: "portcullis_decision_nacks_total",
    help: "Revisions that this replica refused, by code; the one before stays in force.",
    labelNames: ["code"],
    registers,
  });
  const seconds = new Gauge({
    name: "portcullis_decision_apply_seconds",
    help: "How long the last revision took to be compiled and tested.",
    registers,
  });
  const failed = new Counter({
    name: "portcullis_decision_status_reports_failed_total",
    help: "Reports to the bus that did not arrive.",
    registers,
  });
  for (const code of problemCodes) problems.labels(code);
  for (const code of [...refusalCodes, "other"]) refusals.labels(code);
  return {
    problem: (code) => problems.inc({ code: problemCodes.includes(code) ? code : "other" }),
    refused: (code) => refusals.inc({ code: refusalCodes.includes(code) ? code : "other" }),
    prepared: (elapsed) => seconds.set(elapsed),
    reportFailed: () => failed.inc(),
  };
}

function registerAges(registers: Telemetry["metrics"][], freshness: () => FreshnessReading): void {
  new Gauge({
    name: "portcullis_decision_policy_staleness_seconds",
    help: "Time since it was last confirmed that the newest revision is served; after a start, since the stored one was.",
    registers,
    collect() {
      this.set(freshness().stalenessMs / 1_000);
    },
  });
  new Gauge({
    name: "portcullis_decision_policy_freshness",
    help: "1 for what the policy is now: fresh, stale or expired.",
    labelNames: ["level"],
    registers,
    collect() {
      const { freshness: now } = freshness();
      for (const level of freshnessLevels) this.set({ level }, level === now ? 1 : 0);
    },
  });
}

function registerTokens(registers: Telemetry["metrics"][], state: () => FollowState | undefined): void {
  new Gauge({
    name: "portcullis_decision_epoch",
    help: "Epoch of the revision in force.",
    registers,
    collect() {
      this.set(state()?.applied?.epoch ?? 0);
    },
  });
  new Gauge({
    name: "portcullis_decision_seen_revision",
    help: "Number of the newest revision that was verified, whether or not it is in force here.",
    registers,
    collect() {
      this.set(state()?.seen?.revision ?? 0);
    },
  });
  new Gauge({
    name: "portcullis_decision_seen_epoch",
    help: "Epoch of the newest revision that was verified.",
    registers,
    collect() {
      this.set(state()?.seen?.epoch ?? 0);
    },
  });
}
