import { createRevisionFollower, type FollowClock, type FollowState, type RevisionFollower } from "@portcullis/policy-bus";
import type { Telemetry } from "@portcullis/telemetry";
import type { DecisionConfig } from "./config.ts";
import type { DecisionService, FollowedPolicy } from "./create-decision-service.ts";
import { observeBus } from "./observe-bus.ts";
import type { OpenBus } from "./open-bus.ts";
import { pacedSync } from "./paced-sync.ts";
import { factsOf, type ReplicaFacts, recordAppliedTimes, toReport } from "./replica-report.ts";
import { startStatusReporter } from "./status-reporter.ts";

export interface FollowBusOptions extends OpenBus {
  readonly config: Pick<DecisionConfig, "bus" | "cluster" | "freshness">;
  readonly telemetry: Telemetry;
  readonly clock: FollowClock;
  readonly names: Pick<ReplicaFacts, "replica" | "version">;
}

/** Policy that comes over a bus. */
export interface BusFollowing {
  /** For the decision service that answers by it. */
  readonly followed: FollowedPolicy;
  /** Puts the stored revision in force, and every newer one from then on. Resolves without waiting for the bus. */
  start(service: Pick<DecisionService, "prepare" | "onRevision">): Promise<void>;
  /** For readiness, which never depends on them. */
  details(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** How often it is looked whether time alone changed something. */
const lookMs = 1_000;

/** Before the stored revision was looked at. */
const nothingYet: FollowState = {
  freshness: "expired",
  stalenessMs: 0,
  provenAtMs: undefined,
  applied: null,
  appliedDigest: null,
  seen: null,
  nacks: [],
};

/** Follows a bus on behalf of a decision service, and reports what it does. Owns the log. */
export function followBus(options: FollowBusOptions): BusFollowing {
  const { config, telemetry, clock, log, names } = options;
  const { cluster, freshness, bus } = config;
  const limits = { ...freshness, ceilingMs: freshness.ceilingMs ?? null };
  const closers: (() => void | Promise<void>)[] = [];
  let follower: RevisionFollower | undefined;
  const state = () => follower?.state() ?? nothingYet;
  const reading = () => follower?.freshness() ?? nothingYet;
  const observer = observeBus({ telemetry, clock, state, freshness: reading });

  async function start({ prepare, onRevision }: Pick<DecisionService, "prepare" | "onRevision">): Promise<void> {
    const times = recordAppliedTimes(clock.wallNow);
    closers.push(onRevision(times.note));
    let onRead = () => {};
    const following = { ...options, ...observer, cluster: cluster.name, freshness: limits, readIntervalMs: bus.readIntervalMs };
    follower = await createRevisionFollower({
      ...following,
      onRead: () => onRead(),
      async prepare(revision) {
        const startedMs = clock.now();
        const swap = await prepare(revision);
        observer.onPrepared((clock.now() - startedMs) / 1_000);
        return swap;
      },
    });
    const facts = factsOf(config, names);
    const reporter = startStatusReporter({ log, clock, onSent: observer.onReport, report: () => toReport(facts, state(), times.list()) });
    onRead = () => {
      observer.look();
      reporter.changed();
    };
    onRead();
    // A swap comes before the read it belongs to ends, and the follower has noted it once this turn is over.
    const stopReporting = onRevision(() => queueMicrotask(reporter.changed));
    closers.push(stopReporting, reporter.close, every(lookMs, clock, onRead));
  }

  return {
    followed: {
      feed: { freshness: reading, sync: pacedSync(async () => follower?.sync(), clock) },
      expiry: { ceilingMs: limits.ceilingMs, whenExpired: freshness.whenExpired },
      cluster: cluster.name,
    },
    start,
    details: () => ({ cluster: cluster.name, replica: names.replica, ...observer.details() }),
    async close() {
      for (const close of closers.splice(0)) await close();
      await follower?.close();
      await log.close();
      await options.store.close();
    },
  };
}

function every(intervalMs: number, clock: FollowClock, look: () => void): () => void {
  let cancel = clock.schedule(intervalMs, run);
  function run(): void {
    cancel = clock.schedule(intervalMs, run);
    look();
  }
  return () => cancel();
}
