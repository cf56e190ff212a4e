import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  type ChainPosition,
  encodeBundle,
  generateSigningKey,
  type LogEntry,
  type MemoryRevisionLog,
  memoryRevisionLog,
  type PublishOptions,
  type PublishOutcome,
  publishRevision,
  type RevisionLog,
  RevisionLogError,
  type SigningKey,
  type TrustAnchors,
} from "@portcullis/policy-bus";
import { createFakeClock, type FakeClock } from "@portcullis/testing";
import { type BundleRecipe, bundleOf, type Poison } from "../history/bundle-recipe.ts";
import type { EntryEvent, HistoryEvent, Position, ReplicaSetting } from "../history/history-event.ts";
import { toEntryEvent } from "../history/to-entry-event.ts";

export const trustedKey: SigningKey = generateSigningKey();
export const nextKey: SigningKey = generateSigningKey();
export const strangerKey: SigningKey = generateSigningKey();
export const anchors: TrustAnchors = { lineage: "policies", keys: [trustedKey.entry] };

export interface PublishRequest extends Partial<Pick<PublishOptions, "keys" | "nextKeys">> {
  readonly poison?: Poison;
  readonly audience?: readonly string[];
  /** Begins a new epoch that continues this revision. */
  readonly continues?: ChainPosition;
  /** Lines of a list that make the bundle too large for an entry. */
  readonly padding?: number;
  /** The entry is written, its acknowledgement is lost, and nothing can be read after that. */
  readonly isAnswerLost?: boolean;
}

/** One process with a clock that is moved by hand, a log that can be cut off and replaced, and everything that happened noted. */
export interface LifeWorld {
  readonly clock: FakeClock;
  readonly events: HistoryEvent[];
  note(event: HistoryEvent): void;
  /** Moves time on in small steps, so that what is scheduled happens. */
  pass(ms: number): Promise<void>;
  /** The log as a replica holds it. */
  holder(replica: string): RevisionLog;
  /** The log as it is now. */
  log(): MemoryRevisionLog;
  cut(...replicas: readonly string[]): number;
  heal(fault: number): void;
  publish(request?: PublishRequest): Promise<PublishOutcome>;
  /** A bundle that no other equals. */
  nextBundle(recipe?: Partial<BundleRecipe>): Promise<MadeBundle>;
  /** Whether bundles that are fetched by their digest are there; entries come without them meanwhile. */
  hideBundles(isHidden: boolean): void;
  /** Loses every notification from now on, or none any more. */
  loseNotifications(isLost: boolean): void;
  /** Notifies everybody of an entry that is not in the log. */
  lie(entry: LogEntry): void;
  /** Writes an entry as it is, and notes it as `as`, or as what its signature says. */
  write(envelope: Uint8Array, bundle: Uint8Array, as?: Partial<EntryEvent>): Promise<void>;
  /** Replaces the log by a copy of its first entries; everybody is told that something may have been missed. */
  replaceLog(length: number, kept: Position): Promise<void>;
}

export interface MadeBundle {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly recipe: BundleRecipe;
}

export function createLifeWorld(replicas: readonly ReplicaSetting[]): LifeWorld {
  const clock = createFakeClock();
  const events: HistoryEvent[] = [];
  const recipes = new Map<string, BundleRecipe>();
  const cuts = new Map<number, readonly string[]>();
  const listeners = new Map<(entry: LogEntry | undefined) => void, string>();
  const keys = [trustedKey, nextKey, strangerKey].map(({ entry }) => entry);
  let log = memoryRevisionLog();
  let number = 0;
  let faults = 0;
  let areBundlesHidden = false;
  let areNotificationsLost = false;

  function note(event: HistoryEvent): void {
    events.push(event);
    // No two things happen at one time: the order of a history is that of its times.
    clock.advance(1);
  }
  const isCut = (replica: string) => [...cuts.values()].some((cut) => cut.includes(replica));
  function tell(entry: LogEntry | undefined): void {
    if (areNotificationsLost) return;
    for (const [listener, replica] of listeners) if (!isCut(replica)) listener(entry);
  }
  function follow(next: MemoryRevisionLog): void {
    log = next;
    log.onNotification((entry) => (log === next ? tell(entry) : undefined));
  }
  follow(log);

  async function noteEntries(): Promise<void> {
    const known = new Set(events.flatMap((event) => (event.kind === "entry" ? [event.digest] : [])));
    for await (const { envelope } of log.readAfter(0)) {
      const event = toEntryEvent(clock.now(), envelope, { keys, recipes });
      if (event !== undefined && !known.has(event.digest)) note(event);
    }
  }

  async function nextBundle({ poison = null, padding = 0 }: Partial<BundleRecipe> = {}): Promise<MadeBundle> {
    number += 1;
    const recipe = { number, poison, padding };
    const bytes = await encodeBundle(bundleOf(recipe));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    recipes.set(digest, recipe);
    return { bytes, digest, recipe };
  }

  note({
    ...{ kind: "run", at: clock.now(), seed: 0, server: "memory", lineage: anchors.lineage },
    ...{ trustedKeys: [trustedKey.entry.keyId], replicas, oldLeaderMs: 0 },
  });
  return {
    clock,
    events,
    note,
    nextBundle,
    log: () => log,
    lie: tell,
    async pass(ms) {
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(Math.min(250, left));
        await settle();
      }
    },
    holder: (replica) => heldLog(() => log, { replica, isCut, listeners, areBundlesHidden: () => areBundlesHidden }),
    hideBundles(isHidden) {
      areBundlesHidden = isHidden;
    },
    loseNotifications(isLost) {
      areNotificationsLost = isLost;
    },
    cut(...names) {
      faults += 1;
      cuts.set(faults, names);
      note({ kind: "fault", at: clock.now(), id: faults, name: "cut", cut: names });
      return faults;
    },
    heal(id) {
      cuts.delete(id);
      note({ kind: "healed", at: clock.now(), id });
      tell(undefined);
    },
    async publish({ audience = ["*"], continues, keys: signers = [trustedKey], nextKeys, isAnswerLost = false, ...wanted } = {}) {
      const { recipe } = await nextBundle(wanted);
      const end = new AbortController();
      const newEpoch = continues === undefined ? {} : { newEpoch: { continues } };
      const beganAt = clock.now();
      const outcome = await publishRevision({
        log: isAnswerLost ? deafLog(log, end) : log,
        anchors,
        end: end.signal,
        keys: signers,
        change: { kind: "content", bundle: bundleOf(recipe), audience, ...newEpoch },
        publisher: "scripted life",
        pauseMs: 0,
        ...(nextKeys !== undefined && { nextKeys }),
      });
      if (outcome.outcome === "dry-run") throw new Error("nobody asked for a dry run");
      const published = outcome.outcome === "published" ? outcome.revision : undefined;
      await noteEntries();
      note({
        ...{ kind: "publish", beganAt, at: clock.now(), recipe, audience, outcome: outcome.outcome },
        position: published?.token ?? null,
        digest: published?.digest ?? null,
      });
      return outcome;
    },
    async write(envelope, bundle, as) {
      const head = await log.readHead();
      await log.append({ envelope, bundle }, { expectedPosition: head?.position ?? 0, messageId: String(clock.now()) });
      if (as === undefined) await noteEntries();
      else {
        const event = toEntryEvent(clock.now(), envelope, { keys, recipes });
        if (event !== undefined) note({ ...event, ...as });
      }
    },
    async replaceLog(length, kept) {
      const copy = memoryRevisionLog();
      for await (const { position, envelope, bundle } of log.readAfter(0)) {
        const options = { expectedPosition: position - 1, messageId: String(position) };
        if (position <= length) await copy.append({ envelope, ...(bundle !== undefined && { bundle }) }, options);
      }
      note({ kind: "lost", at: clock.now(), kept });
      follow(copy);
      tell(undefined);
    },
  };
}

interface Holding {
  readonly replica: string;
  readonly isCut: (replica: string) => boolean;
  readonly listeners: Map<(entry: LogEntry | undefined) => void, string>;
  readonly areBundlesHidden: () => boolean;
}

/** Writes, and tells nobody: after the first append nothing is heard until the end comes. */
function deafLog(log: RevisionLog, end: AbortController): RevisionLog {
  return {
    ...log,
    async append(entry, options) {
      await log.append(entry, options);
      end.abort();
      return { outcome: "unknown", cause: new Error("no answer") };
    },
  };
}

function heldLog(current: () => MemoryRevisionLog, { replica, isCut, listeners, areBundlesHidden }: Holding): RevisionLog {
  function reached(): MemoryRevisionLog {
    if (isCut(replica)) throw new RevisionLogError("bus-unavailable", "nobody answers");
    return current();
  }
  return {
    ...current(),
    readHead: async () => reached().readHead(),
    async *readAfter(position) {
      yield* reached().readAfter(position);
    },
    getBundle: async (digest) => (areBundlesHidden() ? undefined : reached().getBundle(digest)),
    onNotification(listener) {
      listeners.set(listener, replica);
      return () => void listeners.delete(listener);
    },
    close: async () => undefined,
  };
}

/** Lets what is under way come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate();
}
