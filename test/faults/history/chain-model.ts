import type { EntryEvent, Position, RunEvent } from "./history-event.ts";

/** Which entries of the log are revisions, by rules written down a second time, without the code under test. */
export interface ChainModel {
  /** The revision of this number: of several that were signed, the first that was written. */
  at(position: Position): EntryEvent | undefined;
  /** Every entry of this number and bundle, revision or not. */
  candidates(position: Position, bundleDigest: string): readonly EntryEvent[];
  /** A trusted key signed it, and all before it back to the first revision was in the log. */
  isLinked(entry: EntryEvent): boolean;
  /** `later` comes after `earlier` in one chain, also across epochs; an epoch may leave out what came after the one it continues. */
  mayFollow(earlier: EntryEvent, later: EntryEvent): boolean;
  /** In the order of epochs and revisions. */
  readonly revisions: readonly EntryEvent[];
}

export function chainModelOf(entries: readonly EntryEvent[], { trustedKeys }: RunEvent): ChainModel {
  const linked = linkedEntries(entries, trustedKeys);
  const byName = Map.groupBy(entries, nameOf);
  const first = new Map<string, EntryEvent>();
  for (const entry of entries) if (linked.has(entry.digest) && !first.has(nameOf(entry))) first.set(nameOf(entry), entry);

  function ancestors(entry: EntryEvent): ReadonlySet<string> {
    const found = new Set<string>();
    for (let next: EntryEvent | undefined = entry; next !== undefined && !found.has(next.digest); ) {
      found.add(next.digest);
      next = linked.get(parentOf(next) ?? "")?.entry;
    }
    return found;
  }

  return {
    at: (position) => first.get(nameOf(position)),
    candidates: (position, bundleDigest) => (byName.get(nameOf(position)) ?? []).filter((entry) => entry.bundleDigest === bundleDigest),
    isLinked: ({ digest }) => linked.has(digest),
    mayFollow(earlier, later) {
      const before = ancestors(later);
      if (before.has(earlier.digest)) return true;
      if (earlier.epoch >= later.epoch) return false;
      // What a new epoch leaves out still comes after the revision that the epoch continues.
      const left = ancestors(earlier);
      return [...before].some((digest) => left.has(digest));
    },
    revisions: [...first.values()].sort((a, b) => (a.epoch === b.epoch ? a.revision - b.revision : a.epoch - b.epoch)),
  };
}

interface Linked {
  readonly entry: EntryEvent;
  /** Keys that may sign what comes after it. */
  readonly keys: readonly string[];
}

/** By digest. Entries may have been noted in another order than they were written. */
function linkedEntries(entries: readonly EntryEvent[], trustedKeys: readonly string[]): ReadonlyMap<string, Linked> {
  const linked = new Map<string, Linked>();
  for (let before = -1; before !== linked.size; ) {
    before = linked.size;
    for (const entry of entries) {
      const keys = linked.has(entry.digest) ? undefined : keysBefore(entry, linked, trustedKeys);
      if (keys === undefined || !entry.signedBy.some((key) => keys.includes(key))) continue;
      linked.set(entry.digest, { entry, keys: entry.nextKeys ?? keys });
    }
  }
  return linked;
}

/** Undefined: what it comes after is not linked, or it does not come after it. */
function keysBefore(entry: EntryEvent, linked: ReadonlyMap<string, Linked>, trustedKeys: readonly string[]): readonly string[] | undefined {
  const { epoch, revision } = entry;
  if (epoch === 1 && revision === 1) return trustedKeys;
  const parent = linked.get(parentOf(entry) ?? "");
  if (parent === undefined) return undefined;
  const follows = parent.entry.epoch === epoch && parent.entry.revision === revision - 1;
  const begins = revision === 1 && parent.entry.epoch < epoch;
  return follows || begins ? parent.keys : undefined;
}

function parentOf({ prevDigest, continues }: EntryEvent): string | null {
  return prevDigest ?? continues;
}

function nameOf({ epoch, revision }: Position): string {
  return `${epoch}.${revision}`;
}
