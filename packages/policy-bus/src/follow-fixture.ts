import type { FollowClock } from "./follow-host.ts";
import { createRevisionFollower, type FollowOptions, type RevisionFollower } from "./follow-revisions.ts";
import { publishingAnchors } from "./publish-fixture.ts";
import type { RevisionLog } from "./revision-log.ts";
import type { RecordName, RevisionStore } from "./revision-store.ts";

/** Time stands still unless it is told to go on; timers never run, so that a test says when a read happens. */
export interface HandClock extends FollowClock {
  advance(ms: number): void;
}

export function handClock(): HandClock {
  let time = 0;
  return {
    now: () => time,
    wallNow: () => 1_700_000_000_000 + time,
    schedule: () => () => {},
    advance(ms) {
      time += ms;
    },
  };
}

/** Records in memory that outlive a follower. After `crashAfter` more writes nothing is written any more. */
export interface MemoryStore extends RevisionStore {
  readonly records: Map<RecordName, Uint8Array>;
  crashAfter: number;
}

export function memoryStore(): MemoryStore {
  const records = new Map<RecordName, Uint8Array>();
  const store: MemoryStore = {
    records,
    crashAfter: Number.POSITIVE_INFINITY,
    read: async (name) => records.get(name),
    async write(name, ...parts) {
      if (store.crashAfter <= 0) throw new Error("the disk is gone");
      store.crashAfter -= 1;
      records.set(name, Buffer.concat(parts));
    },
    close: async () => undefined,
  };
  return store;
}

/** What a follower did, over all of its lives. */
export interface Journal {
  readonly applied: string[];
  readonly alarms: string[];
  readonly starts: number[];
}

export interface Replica {
  readonly store: MemoryStore;
  readonly clock: HandClock;
  readonly journal: Journal;
  start(log: RevisionLog, overrides?: Partial<FollowOptions>): Promise<RevisionFollower>;
}

/** A replica of cluster `blue` that refuses bundles whose text says "poison". */
export function aReplica(): Replica {
  const store = memoryStore();
  const clock = handClock();
  const journal: Journal = { applied: [], alarms: [], starts: [] };
  return {
    store,
    clock,
    journal,
    async start(log, overrides = {}) {
      journal.starts.push(journal.applied.length);
      const follower = await createRevisionFollower({
        log,
        store,
        clock,
        anchors: publishingAnchors,
        cluster: "blue",
        freshness: { ceilingMs: 60_000 },
        async prepare({ token, bundle }) {
          if (bundle.files.some(({ text }) => text.includes("poison"))) throw new Error("this is poison");
          return () => journal.applied.push(`${token.epoch}.${token.revision}`);
        },
        onProblem: ({ code, isAlarm }) => isAlarm && journal.alarms.push(code),
        ...overrides,
      });
      await follower.sync();
      return follower;
    },
  };
}
