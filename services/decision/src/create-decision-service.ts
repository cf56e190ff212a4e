import { type Decide, evaluate, type RevisionToken, type Workload } from "@portcullis/policy";
import { compileOnce, type PolicyBus, type Revision } from "@portcullis/policy-bus";
import type { Readiness, Telemetry } from "@portcullis/telemetry";
import { type CacheOptions, toCacheTtls } from "./cache-ttl.ts";
import { type Clock, systemClock } from "./clock.ts";
import { decideByCurrentGeneration } from "./decide.ts";
import { createDecisionIds } from "./decision-id.ts";
import { createDecisionMetrics } from "./decision-metrics.ts";
import { evaluateSnapshot } from "./evaluate-snapshot.ts";
import { type ExplainedAnswer, explainDecision } from "./explain-decision.ts";
import { createGenerations, type Generations } from "./generations.ts";
import type { Evaluate } from "./judge.ts";
import { withCache } from "./with-cache.ts";
import { withDecisionLog } from "./with-decision-log.ts";
import { withMetrics } from "./with-metrics.ts";
import { withSingleFlight } from "./with-single-flight.ts";
import { withTracing } from "./with-tracing.ts";

export interface DecisionServiceOptions {
  readonly bus: Pick<PolicyBus, "follow">;
  readonly cache: CacheOptions;
  readonly telemetry: Telemetry;
  /** Default: the clock of this machine. */
  readonly clock?: Clock;
  /** Most decision log lines per second for each verdict; default 50. The rest is counted. */
  readonly maxLogLinesPerSecond?: number;
  /** Default: `evaluate` of packages/policy. */
  readonly evaluate?: Evaluate;
}

/** Decides by the newest revision of a bus that compiles. */
export interface DecisionService {
  readonly decide: Decide;
  /** As `decide`, past every cache, with how it came about. Throws `UndecidedError` where there is no policy yet. */
  explain(workload: Workload): ExplainedAnswer;
  /** The revision in force; `undefined` until the first one is compiled. */
  current(): RevisionToken | undefined;
  /** Names of the policies in force, in order; none until the first revision is compiled. */
  policies(): readonly string[];
  /** Calls with the revision in force, if any, and with every later one. Returns a function that stops. */
  onRevision(listener: (token: RevisionToken) => void): () => void;
  /** Resolves once a revision is in force. */
  ready(): Promise<RevisionToken>;
  readiness(): Readiness;
  close(): void;
}

/** Follows the bus and answers. Throws `RangeError` for a cache TTL that is not possible. */
export function createDecisionService(options: DecisionServiceOptions): DecisionService {
  const { bus, cache, telemetry, clock = systemClock, maxLogLinesPerSecond = 50 } = options;
  const { log, span } = telemetry;
  const ttls = toCacheTtls(cache);
  const metrics = createDecisionMetrics(telemetry, () => generations.current()?.verdicts.size ?? 0);
  const generations = createGenerations({
    compile: ({ bundle, token }) => compileOnce(bundle, token),
    clock,
    maxEntries: cache.maxEntries,
    onApplied({ snapshot: { revision, policies, patternCount } }, { digest }) {
      metrics.revisionApplied({ revision: revision.revision, policies: policies.length, patterns: patternCount });
      log.info({ revision, digest, policies: policies.length, patterns: patternCount }, "revision applied");
    },
    onRejected(err, { token, digest }) {
      metrics.revisionRejected();
      log.error({ err, revision: token, digest }, "revision rejected; the one before stays in force");
    },
  });

  const nextDecisionId = createDecisionIds();
  const logging = { log, clock, maxLinesPerSecond: maxLogLinesPerSecond, onDropped: metrics.logLineDropped };
  const judge = withCache(withSingleFlight(withDecisionLog(evaluateSnapshot(options.evaluate ?? evaluate, span), logging)), {
    ttls,
    clock,
    onLookup: metrics.lookedUp,
  });
  const decideByCurrent = decideByCurrentGeneration({
    reach: generations.reach,
    judge,
    clock,
    nextDecisionId,
    onMistake: (err, decisionId) => log.error({ err, decision_id: decisionId }, "deciding failed"),
  });
  const decide = withMetrics(withTracing(decideByCurrent, span), metrics, clock);

  const stop = bus.follow((revision: Revision) => generations.apply(revision));
  return {
    decide,
    explain: (workload) => explainDecision(generations.now(), workload, nextDecisionId()),
    current: () => generations.current()?.snapshot.revision,
    policies: () => policyNames(generations),
    onRevision: generations.onRevision,
    ready: () => firstRevision(generations),
    readiness: () => readinessOf(generations),
    close() {
      stop();
      generations.close();
    },
  };
}

function firstRevision({ onRevision }: Generations): Promise<RevisionToken> {
  const { promise, resolve } = Promise.withResolvers<RevisionToken>();
  const stop = onRevision(resolve);
  return promise.finally(() => stop());
}

function policyNames(generations: Generations): readonly string[] {
  return generations.current()?.snapshot.policies.map(({ name }) => name) ?? [];
}

function readinessOf(generations: Generations): Readiness {
  const snapshot = generations.current()?.snapshot;
  if (snapshot === undefined) return { ready: false, details: { reason: "no policy yet" } };
  const { revision, patternCount } = snapshot;
  return { ready: true, details: { revision, policies: policyNames(generations), patterns: patternCount } };
}
