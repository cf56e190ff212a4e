import { type Decide, type DecideContext, evaluate, type RevisionToken, type Snapshot, type Workload } from "@portcullis/policy";
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
import { assertOwnCluster } from "./own-cluster.ts";
import { createAgeOf } from "./policy-age.ts";
import type { ExpiryRule, PolicyFeed } from "./policy-feed.ts";
import { reachGeneration } from "./reach-generation.ts";
import { withCache } from "./with-cache.ts";
import { withDecisionLog } from "./with-decision-log.ts";
import { withMetrics } from "./with-metrics.ts";
import { withSingleFlight } from "./with-single-flight.ts";
import { withTracing } from "./with-tracing.ts";

/** Policy that another process publishes, and that is followed on behalf of one cluster. */
export interface FollowedPolicy {
  readonly feed: PolicyFeed;
  readonly expiry: ExpiryRule;
  /** Workloads of other clusters are not decided. */
  readonly cluster: string;
}

export interface DecisionServiceOptions {
  /** Whose revisions are put in force as they come. Absent where `prepare` is called instead. */
  readonly bus?: Pick<PolicyBus, "follow">;
  /** Absent: whoever publishes is in this process, and every cluster is served. */
  readonly followed?: FollowedPolicy;
  /** Compiles and tests a revision. Default: `compileOnce`. */
  readonly compile?: (revision: Revision) => Promise<Snapshot>;
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
  /** As `decide`, past every cache, with how it came about. */
  explain(workload: Workload, context: DecideContext): Promise<ExplainedAnswer>;
  /** Compiles a revision, and resolves with what puts it in force. Rejects where it does not compile. */
  prepare(revision: Revision): Promise<() => void>;
  /** The revision in force; `undefined` until the first one is compiled. */
  current(): RevisionToken | undefined;
  /** Names of the policies in force, in order; none until the first revision is compiled. */
  policies(): readonly string[];
  /** Calls with the revision in force, if any, and with every later one. Returns a function that stops. */
  onRevision(listener: (token: RevisionToken) => void): () => void;
  /** Resolves once a revision is in force. */
  ready(): Promise<RevisionToken>;
  readiness(): Readiness;
  /** Whether the revision in force is known to be the newest. */
  isFresh(): boolean;
  close(): void;
}

/** Follows the bus, if there is one, and answers. Throws `RangeError` for a cache TTL that is not possible. */
export function createDecisionService(options: DecisionServiceOptions): DecisionService {
  const { bus, cache, telemetry, followed, clock = systemClock, maxLogLinesPerSecond = 50 } = options;
  const { log, span } = telemetry;
  const ttls = toCacheTtls(cache);
  const metrics = createDecisionMetrics(telemetry, () => generations.current()?.verdicts.size ?? 0);
  const generations = createGenerations({
    compile: options.compile ?? (({ bundle, token }) => compileOnce(bundle, token)),
    clock,
    bounds: cache,
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
  const reach = reachGeneration({ generations, clock, feed: followed?.feed });
  const ageOf = createAgeOf(followed?.feed, followed?.expiry ?? neverExpires);
  const decideByCurrent = decideByCurrentGeneration({
    cluster: followed?.cluster,
    reach,
    judge,
    ageOf,
    clock,
    nextDecisionId,
    onMistake: (err, decisionId) => log.error({ err, decision_id: decisionId }, "deciding failed"),
  });
  const decide = withMetrics(withTracing(decideByCurrent, span), metrics, clock);

  const stop = bus?.follow((revision: Revision) => generations.apply(revision));
  return {
    decide,
    async explain(workload, context) {
      assertOwnCluster(followed?.cluster, workload);
      const generation = await reach(context);
      const age = ageOf(workload, generation.snapshot.revision);
      return explainDecision(generation, workload, { decisionId: nextDecisionId(), age });
    },
    prepare: generations.prepare,
    current: () => generations.current()?.snapshot.revision,
    policies: () => policyNames(generations),
    onRevision: generations.onRevision,
    ready: () => firstRevision(generations),
    readiness: () => readinessOf(generations),
    isFresh: () => generations.current() !== undefined && (followed?.feed.freshness().freshness ?? "fresh") === "fresh",
    close() {
      stop?.();
      generations.close();
    },
  };
}

const neverExpires: ExpiryRule = { ceilingMs: null, whenExpired: "serve" };

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
