import type { Snapshot } from "@portcullis/policy";
import { LRUCache } from "lru-cache";
import type { Judgement } from "./judgement.ts";
import { verdictBytes } from "./verdict-bytes.ts";

/**
 * One revision and everything that was concluded from it. A new revision is a new generation, so that no verdict of an old
 * one can outlive it in this process and invalidation needs no code.
 */
export interface Generation {
  readonly snapshot: Snapshot;
  /** By `workloadKey`. */
  readonly verdicts: LRUCache<string, Judgement>;
  /** Judgements that have begun and not ended, by the same key. */
  readonly inFlight: Map<string, Promise<Judgement>>;
}

/** What bounds the verdicts of a generation; the least recently used go first. */
export interface VerdictBounds {
  readonly maxEntries: number;
  /** Default 64. */
  readonly maxMebibytes?: number;
}

/** `VerdictBounds.maxMebibytes`, where nothing else is said: enough for 13,000 denials of three images each. */
const defaultMaxMebibytes = 64;

/** A larger verdict is not kept: a denial of 256 hostile images takes up to 2 MiB, and 32 of them would push out all others. */
const mostOfAll = 1 / 256;

/**
 * An empty generation. Every verdict counts for its share of the memory at least, so that one bound holds for both: a cache that was
 * told how many entries it may have makes room for all of them at once, which takes longer than compiling a short bundle.
 */
export function createGeneration(snapshot: Snapshot, { maxEntries, maxMebibytes = defaultMaxMebibytes }: VerdictBounds): Generation {
  const maxBytes = maxMebibytes * 1024 * 1024;
  const share = Math.ceil(maxBytes / maxEntries);
  const maxSize = share * maxEntries;
  const verdicts = new LRUCache<string, Judgement>({
    maxSize,
    sizeCalculation(judgement, key) {
      const bytes = verdictBytes(judgement, key);
      return bytes > maxBytes * mostOfAll ? maxSize + 1 : Math.max(bytes, share);
    },
  });
  return { snapshot, verdicts, inFlight: new Map() };
}
