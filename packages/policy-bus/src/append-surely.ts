import { setTimeout } from "node:timers/promises";
import { beforeEnd, EndedError } from "./before-end.ts";
import { type PublishedRevision, type RevisionHistory, readEntry } from "./revision-history.ts";
import type { AppendOutcome, NewLogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";

/** What became of an append. All but `unknown` are certain, and stay so. */
export type SureOutcome =
  | { readonly outcome: "published"; readonly revision: PublishedRevision }
  | { readonly outcome: "conflict"; readonly won: PublishedRevision }
  | { readonly outcome: "not-published"; readonly cause: unknown }
  | { readonly outcome: "unknown"; readonly cause: unknown };

export interface AppendSurelyOptions {
  readonly log: RevisionLog;
  /** What the log held when the entry was signed. */
  readonly history: RevisionHistory;
  readonly entry: NewLogEntry;
  readonly messageId: string;
  /** Gives up once it aborts. */
  readonly end: AbortSignal;
  readonly pauseMs: number;
  readonly onAttempt: (attempt: number, outcome: AppendOutcome["outcome"]) => void;
}

/**
 * Appends until it is known what became of it. An answer that was lost is resolved by appending again with the same id, and by
 * reading what stands behind the position that the entry expected: once another entry is there, this one can never be.
 */
export async function appendSurely(options: AppendSurelyOptions): Promise<SureOutcome> {
  const { log, entry, messageId, end, pauseMs, onAttempt } = options;
  let place: Place = { chain: options.history.chain, position: options.history.lastPosition };
  let isUncertain = false;
  let cause: unknown = new EndedError("no certain answer in the time that was given");
  for (let attempt = 1; !end.aborted; attempt += 1) {
    const append = () => log.append(entry, { expectedPosition: place.position, messageId });
    const appended = await tryAppend(end, append, isUncertain);
    onAttempt(attempt, appended.outcome);
    isUncertain ||= appended.outcome === "unknown" || appended.outcome === "appended";
    const seen = await tryRead(end, log, place, entry);
    if ("outcome" in seen) return seen;
    cause = causeOf(seen) ?? causeOf(appended) ?? cause;
    // Other entries took the place, and none of them is a revision: what was signed still comes next, only further behind.
    if ("position" in seen && seen.position > place.position) {
      place = seen;
      isUncertain = false;
    } else {
      await pause(pauseMs, end);
    }
  }
  return { outcome: isUncertain ? "unknown" : "not-published", cause };
}

function causeOf(answer: object): unknown {
  return "cause" in answer ? answer.cause : undefined;
}

type Place = Pick<RevisionHistory, "chain"> & { readonly position: number };

async function tryAppend(end: AbortSignal, append: () => Promise<AppendOutcome>, isUncertain: boolean): Promise<AppendOutcome> {
  try {
    return await beforeEnd(end, append());
  } catch (cause) {
    if (cause instanceof EndedError) return { outcome: "unknown", cause };
    // Whatever refuses the entry now, an attempt before may have written it.
    if (isUncertain && cause instanceof RevisionLogError) return { outcome: "unavailable", cause };
    throw cause;
  }
}

/** Reading may fail as long as it likes: it is tried again until the end. */
async function tryRead(
  end: AbortSignal,
  log: RevisionLog,
  place: Place,
  entry: NewLogEntry,
): Promise<SureOutcome | Place | { readonly cause: unknown }> {
  try {
    return await beforeEnd(end, readBehind(log, place, entry));
  } catch (cause) {
    if (cause instanceof EndedError || cause instanceof RevisionLogError) return { cause };
    throw cause;
  }
}

async function readBehind(log: RevisionLog, place: Place, { envelope }: NewLogEntry): Promise<SureOutcome | Place> {
  let { position } = place;
  for await (const entry of log.readAfter(position)) {
    const { found } = readEntry(place.chain, entry);
    if ("token" in found) {
      const isOurs = Buffer.compare(entry.envelope, envelope) === 0;
      return isOurs ? { outcome: "published", revision: found } : { outcome: "conflict", won: found };
    }
    position = entry.position;
  }
  return { chain: place.chain, position };
}

async function pause(pauseMs: number, end: AbortSignal): Promise<void> {
  await beforeEnd(end, setTimeout(pauseMs)).catch(() => undefined);
}
