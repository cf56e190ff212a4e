import {
  noteStatus,
  type PublishedRevision,
  type ReplicaName,
  type ReplicaStatus,
  RevisionLogError,
  type Rollout,
  startRollout,
} from "@portcullis/policy-bus";
import type { AdministrationContext } from "./administration-context.ts";
import { readKnownBundles } from "./known-bundles.ts";
import type { RolloutRequest } from "./policy-administration.ts";

/** What is heard of a rollout, up to now. */
export interface RolloutObserver {
  rollout(): Rollout;
  /** Resolves when something was heard, time has passed, or the observer's signal aborts. */
  change(withinMs: number): Promise<void>;
  close(): void;
}

/** Reports that come as they are sent are a hint; so often what is stored is read. Time passes for the silent meanwhile. */
const lookEveryMs = 2_000;

/**
 * To be called once the leader of the log has answered with the revision: proofs by time begin here. Resolves when what is
 * stored was heard; rejects with `RevisionLogError` where it cannot be read.
 */
export async function observeRollout(
  { log, clock, read: readLog }: AdministrationContext,
  { token, manifest: { audience } }: PublishedRevision,
  { expected = [], gone = [], signal }: Pick<RolloutRequest, "expected" | "gone" | "signal">,
): Promise<RolloutObserver> {
  const forgotten = new Set(gone.map(keyOf));
  const bundles = await readKnownBundles(readLog);
  const rollout = startRollout({ token, audience, publishedAtMs: clock.now(), expected, digestOf: bundles.digestOf });
  /** Rung while nobody listens, it rings for whoever listens next. */
  let bell = Promise.withResolvers<void>();
  let isReading = false;
  let isToReadAgain = false;

  function ring(): void {
    bell.resolve();
  }

  function note(status: ReplicaStatus): void {
    if (!forgotten.has(keyOf(status))) noteStatus(rollout, status, clock.now());
  }

  async function read(): Promise<void> {
    isToReadAgain = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isToReadAgain) {
        isToReadAgain = false;
        const statuses = await log.readStatuses();
        // After the reports: what an honest replica serves was published before it said so.
        if (!statuses.every(bundles.knows)) await bundles.look();
        for (const status of statuses) note(status);
      }
    } finally {
      isReading = false;
    }
  }

  const look = () => void read().then(ring, ignoreLogErrors);

  const stopListening = log.onStatus((status) => {
    // A report by another run of the replica may be news, or come late from the run before. What is stored says which is the newer.
    if (rollout.heard.get(keyOf(status))?.status.instance !== status.instance || !bundles.knows(status)) return look();
    note(status);
    ring();
  });
  signal?.addEventListener("abort", ring);

  function close(): void {
    stopListening();
    signal?.removeEventListener("abort", ring);
  }

  await read().catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    rollout: () => rollout,
    async change(withinMs) {
      const cancel = clock.schedule(Math.min(lookEveryMs, withinMs), () => {
        look();
        ring();
      });
      await bell.promise;
      bell = Promise.withResolvers();
      cancel();
    },
    close,
  };
}

/** The log may be gone for a while; what was heard stays true. */
function ignoreLogErrors(error: unknown): void {
  if (!(error instanceof RevisionLogError)) throw error;
}

function keyOf({ cluster, replica }: ReplicaName): string {
  return JSON.stringify([cluster, replica]);
}
