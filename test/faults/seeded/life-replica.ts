import { createDecisionService, type DecisionService } from "@portcullis/decision";
import { type Consistency, UndecidedError } from "@portcullis/policy";
import {
  createRevisionFollower,
  type FollowClock,
  type RecordName,
  type ReplicaStatus,
  type Revision,
  type RevisionFollower,
} from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { aWorkload } from "@portcullis/testing";
import { toDecisionEvent } from "../history/decision-event.ts";
import type { ReplicaSetting } from "../history/history-event.ts";
import { bitProbes, bothSides, wholeProbes } from "../history/probe-questions.ts";
import { anchors, type LifeWorld, settle } from "./life-world.ts";

/** A replica of the real follower and the real decision service, in this process, whose disk outlives it. */
export interface LifeReplica {
  readonly disk: Map<RecordName, Uint8Array>;
  /** Its time of day is so much ahead of that of the others. */
  wallOffsetMs: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  sync(): Promise<void>;
  /** Holds back whatever is prepared until it is called again with false. */
  holdApplies(isHeld: boolean): void;
  /** Asks every kind of probe. */
  probe(consistency?: Consistency): Promise<void>;
  /** Reports as a replica does; the observer hears it at once. */
  report(): ReplicaStatus;
}

const wallStartMs = Date.UTC(2026, 0, 2);

export function createLifeReplica(world: LifeWorld, setting: ReplicaSetting): LifeReplica {
  const { replica, cluster, ceilingMs, whenExpired, staleAfterMs } = setting;
  const disk = new Map<RecordName, Uint8Array>();
  let running: { readonly follower: RevisionFollower; readonly service: DecisionService } | undefined;
  let life = 0;
  let reports = 0;
  let pairs = 0;
  let release: PromiseWithResolvers<void> | undefined;
  const clock: FollowClock = {
    now: () => world.clock.now(),
    wallNow: () => wallStartMs + world.clock.now() + self.wallOffsetMs,
    schedule: world.clock.schedule,
  };

  async function prepare(service: DecisionService, revision: Revision): Promise<() => void> {
    const swap = await service.prepare(revision);
    await release?.promise;
    return () => {
      const { epoch, revision: number } = revision.token;
      world.note({ kind: "applied", at: world.clock.now(), replica, life, epoch, revision: number, bundleDigest: revision.digest });
      swap();
    };
  }

  function current() {
    if (running === undefined) throw new Error(`replica "${replica}" is down`);
    return running;
  }

  async function ask(images: readonly string[], pair: number | null, consistency: Consistency): Promise<void> {
    const { service } = current();
    const sentAt = world.clock.now();
    world.clock.advance(1);
    const answer = await service
      .decide(aWorkload({ cluster, images }), { deadlineMs: world.clock.now() + 2_500, consistency })
      .catch(asUndecided);
    const question = { replica, cluster, session: null, images, pair, consistency };
    world.note(toDecisionEvent(question, answer, { sentAt, at: world.clock.now() }));
  }

  const self: LifeReplica = {
    disk,
    wallOffsetMs: 0,
    async start() {
      life += 1;
      world.note({ kind: "started", at: world.clock.now(), replica, life });
      const service = createDecisionService({
        cache: { allowTtlSeconds: 300, denyTtlSeconds: 300, maxEntries: 1_000 },
        telemetry: createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false }),
        clock,
        followed: {
          cluster,
          expiry: { ceilingMs, whenExpired },
          feed: { freshness: () => current().follower.freshness(), sync: () => current().follower.sync() },
        },
      });
      const follower = await createRevisionFollower({
        log: world.holder(replica),
        anchors,
        cluster,
        clock,
        freshness: { ceilingMs, staleAfterMs },
        store: {
          read: async (name) => disk.get(name),
          write: async (name, ...parts) => void disk.set(name, Buffer.concat(parts)),
          close: async () => undefined,
        },
        prepare: (revision) => prepare(service, revision),
        onProblem: () => undefined,
      });
      running = { follower, service };
      await follower.sync();
    },
    async stop() {
      const { follower, service } = current();
      running = undefined;
      await follower.close();
      service.close();
      world.note({ kind: "ended", at: world.clock.now(), replica, life });
    },
    sync: () => current().follower.sync(),
    holdApplies(isHeld) {
      release?.resolve();
      release = isHeld ? Promise.withResolvers<void>() : undefined;
    },
    async probe(consistency = { kind: "minimize-latency" }) {
      pairs += 2;
      for (const images of wholeProbes) await ask(images, pairs, consistency);
      for (const images of bitProbes(pairs / 2)) await ask(images, pairs + 1, consistency);
      await ask(bothSides(pairs / 2), null, consistency);
      await settle();
    },
    report() {
      const { applied, appliedDigest, seen, nacks, freshness, stalenessMs } = current().follower.state();
      reports += 1;
      const status: ReplicaStatus = {
        ...{ cluster, replica, instance: String(life), version: "0", applied, appliedDigest, seen, nacks, appliedAt: [] },
        ...{ freshness, stalenessMs: Math.max(0, Math.round(stalenessMs)), ceilingMs, whenExpired, allowTtlSeconds: 0, frontEndCacheMs: 0 },
        ...{ longestReviewMs: 0, reportedAt: new Date(clock.wallNow()).toISOString(), sequence: reports },
      };
      world.note({ kind: "status", at: world.clock.now(), status });
      return status;
    },
  };
  return self;
}

function asUndecided(error: unknown): UndecidedError {
  if (error instanceof UndecidedError) return error;
  throw error;
}
