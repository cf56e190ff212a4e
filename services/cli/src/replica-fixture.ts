import { setTimeout as pause } from "node:timers/promises";
import {
  type AppliedRevision,
  createNatsRevisionLog,
  createRevisionFollower,
  fileRevisionStore,
  loadTrustAnchors,
  type ReplicaStatus,
} from "@portcullis/policy-bus";

export interface ReplicaOptions {
  readonly server: string;
  readonly policySet: string;
  readonly trustFile: string;
  readonly stateDir: string;
  readonly cluster: string;
  readonly replica: string;
  /** Replaces what it reports. */
  readonly says?: Partial<ReplicaStatus>;
}

/** Follows revisions in this process as a decision service does, refuses bundles that say "poison", and reports. */
export interface Replica extends AsyncDisposable {
  /** Resolves once it serves the revision of this number, and said so. */
  serves(revision: number): Promise<void>;
}

const reportEveryMs = 50;

export async function startReplica({ server, policySet, trustFile, stateDir, ...named }: ReplicaOptions): Promise<Replica> {
  const log = createNatsRevisionLog({ servers: [server], name: named.replica, policySet });
  const appliedAt: AppliedRevision[] = [];
  const store = await fileRevisionStore(stateDir);
  const follower = await createRevisionFollower({
    log,
    anchors: await loadTrustAnchors(trustFile),
    store,
    cluster: named.cluster,
    clock: {
      now: () => performance.now(),
      wallNow: () => Date.now(),
      schedule: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    freshness: { ceilingMs: null },
    async prepare({ token, bundle }) {
      const isPoison = bundle.files.some(({ text }) => text.includes("poison"));
      if (isPoison) throw Object.assign(new Error("this is \u001b[31mpoison"), { code: "test-poison" });
      return () => appliedAt.push({ token, at: new Date().toISOString() });
    },
    onProblem: () => undefined,
  });
  const closed = new AbortController();
  let reported = -1;
  let sequence = 0;

  async function report(): Promise<void> {
    const { applied, appliedDigest, seen, nacks, freshness, stalenessMs } = follower.state();
    sequence += 1;
    await log.reportStatus({
      cluster: named.cluster,
      replica: named.replica,
      instance: stateDir,
      version: "0.1.0",
      ...{ applied, appliedDigest, seen, nacks, appliedAt, freshness, stalenessMs: Math.round(stalenessMs) },
      ...{ ceilingMs: null, whenExpired: "serve", allowTtlSeconds: 300, frontEndCacheMs: 0, longestReviewMs: 2_500 },
      ...{ reportedAt: new Date().toISOString(), sequence },
      ...named.says,
    });
    reported = applied?.revision ?? 0;
  }

  const reporting = (async () => {
    while (!closed.signal.aborted) {
      await report();
      await pause(reportEveryMs);
    }
  })();
  return {
    async serves(revision) {
      while (reported !== revision) await pause(reportEveryMs);
    },
    async [Symbol.asyncDispose]() {
      closed.abort();
      await reporting;
      await follower.close();
      await log.close();
      await store.close();
    },
  };
}
