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

/** An empty generation. */
export function createGeneration(snapshot: Snapshot, { maxEntries, maxMebibytes = defaultMaxMebibytes }: VerdictBounds): Generation {
  const maxSize = maxMebibytes * 1024 * 1024;
  const verdicts = new LRUCache<string, Judgement>({
    max: maxEntries,
    maxSize,
    maxEntrySize: maxSize * mostOfAll,
    sizeCalculation: verdictBytes,
  });
  return { snapshot, verdicts, inFlight: new Map() };
}
