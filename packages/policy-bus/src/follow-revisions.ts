import type { RevisionToken } from "@portcullis/policy";
import { applyCandidates, type InForce } from "./follow-apply.ts";
import { createFetch } from "./follow-fetch.ts";
import { type FreshnessLimits, type FreshnessReading, type FreshnessTracker, trackFreshness } from "./follow-freshness.ts";
import type { FollowHost } from "./follow-host.ts";
import { FollowedLog } from "./follow-log.ts";
import { collectNews, type News } from "./follow-news.ts";
import { type Pace, readAtPace, within } from "./follow-pace.ts";
import { encodeProgress } from "./follow-records.ts";
import { resumeFollowing } from "./follow-resume.ts";
import type { RevisionNack } from "./replica-status.ts";
import type { LogEntry } from "./revision-log.ts";
import type { ChainPosition } from "./signing/manifest.ts";

export interface FollowOptions extends FollowHost {
  readonly freshness: FreshnessLimits;
  /** Between two reads of the leader; doubled up to five times this while they fail. Default 2 s. */
  readonly readIntervalMs?: number;
  /** Default 5 s. */
  readonly readTimeoutMs?: number;
  /** For a bundle that is fetched by its digest, until the leader is read again; fetching goes on meanwhile. Default 60 s. */
  readonly fetchTimeoutMs?: number;
  /** Called after each read of the leader or of a notification, and what it brought about: `state` may say something else now. */
  readonly onRead?: () => void;
}

/** What a follower serves and knows now. */
export interface FollowState extends FreshnessReading {
  readonly applied: RevisionToken | null;
  /** Digest of the bundle that is in force. */
  readonly appliedDigest: string | null;
  /** The newest revision that was verified, applied or not. */
  readonly seen: RevisionToken | null;
  /** The newest few. */
  readonly nacks: readonly RevisionNack[];
}

export interface RevisionFollower {
  state(): FollowState;
  /** As in `state`, and cheap enough to ask for every answer. */
  freshness(): FreshnessReading;
  /** Reads the leader now, or joins the read under way and the one after it. Never rejects. */
  sync(): Promise<void>;
  /** Stops; puts nothing in force from now on. */
  close(): Promise<void>;
}

/** How often the time of the newest proof is written down. */
const noteEveryMs = 60_000;

/**
 * Puts the stored revision in force, then every newer one that is verified and meant for the cluster: a notification makes it
 * quick, a read of the leader makes it sure. Resolves once what is stored is in force or refused, without the log.
 */
export async function createRevisionFollower(options: FollowOptions): Promise<RevisionFollower> {
  const { log, anchors, cluster, clock, onProblem, readIntervalMs = 2_000 } = options;
  const freshness = trackFreshness(() => clock.now(), options.freshness);
  const force = await resumeFollowing(options);
  if (force.provenAt !== undefined) freshness.noteStored(clock.wallNow() - force.provenAt);
  const followed = new FollowedLog({ log, chain: force.chain, expected: force.reached, cluster, onProblem });
  const closed = new AbortController();
  const parts = { ...options, freshness, force, followed, closed: closed.signal };
  const news = collectNews();
  const pace: Pace = readAtPace({ clock, intervalMs: readIntervalMs, read: createReader(parts, news), closed: closed.signal, onProblem });
  const stopListening = log.onNotification((entry) => {
    news.add(entry);
    void pace.sync();
  });
  void pace.sync();
  const tokenOf = (position: ChainPosition | undefined): RevisionToken | null =>
    position === undefined ? null : { lineage: anchors.lineage, epoch: position.epoch, revision: position.revision };
  return {
    state: () => ({
      ...freshness.read(),
      applied: tokenOf(force.applied?.position),
      appliedDigest: force.applied?.bundleDigest ?? null,
      seen: tokenOf(followed.chain.head),
      nacks: [...force.nacks],
    }),
    freshness: freshness.read,
    sync() {
      news.wantRead();
      return pace.sync();
    },
    async close() {
      stopListening();
      closed.abort();
      await pace.stop();
    },
  };
}

interface ReaderParts extends Omit<FollowOptions, "freshness"> {
  readonly freshness: FreshnessTracker;
  readonly force: InForce;
  readonly followed: FollowedLog;
  readonly closed: AbortSignal;
}

/** What notifications brought, and one read of the leader unless that was all. Rejects when there is something to do again. */
function createReader(parts: ReaderParts, news: News): () => Promise<boolean> {
  const { log, store, clock, freshness, force, followed, closed, readTimeoutMs = 5_000, fetchTimeoutMs = 60_000 } = parts;
  let notedAt = Number.NEGATIVE_INFINITY;
  /** By the wall clock. */
  let provenAt = force.provenAt ?? 0;

  async function noteProof(at: number): Promise<void> {
    freshness.noteProof(at);
    provenAt = Math.max(0, Math.trunc(clock.wallNow()));
    if (clock.now() - notedAt >= noteEveryMs || force.isUnwritten) await writeProgress();
  }

  async function writeProgress(): Promise<void> {
    const applied = force.highest;
    await store.write("progress", encodeProgress({ chain: followed.chain, provenAt, ...(applied !== undefined && { applied }) }));
    force.isUnwritten = false;
    notedAt = clock.now();
  }

  const fetch = createFetch(log, { clock, timeoutMs: fetchTimeoutMs, closed });

  async function read(): Promise<void> {
    const at = clock.now();
    const isCurrent = await within({ clock, timeoutMs: readTimeoutMs, closed }, (end) => followed.read(end));
    const isSettled = await applyCandidates(followed.candidates, { ...parts, fetch });
    if (!isSettled) throw new Error("a revision waits to be applied");
    const target = followed.target;
    // A revision that was refused here is no proof: this replica serves an older one.
    const servesTarget = target === undefined ? force.applied !== undefined : force.applied?.position.digest === target.digest;
    if (isCurrent && servesTarget) await noteProof(at);
  }

  /** True: what came was next, and all of it is settled. */
  async function hear(entries: readonly LogEntry[]): Promise<boolean> {
    return entries.every((entry) => followed.offer(entry)) && (await applyCandidates(followed.candidates, { ...parts, fetch }));
  }

  async function pass(): Promise<boolean> {
    const { entries, isReadWanted } = news.take();
    if (!(await hear(entries)) || isReadWanted) {
      await read();
      return true;
    }
    // No proof, but a record that is older than this is to be known for one.
    if (force.isUnwritten) await writeProgress();
    return false;
  }

  return () => pass().finally(() => parts.onRead?.());
}
