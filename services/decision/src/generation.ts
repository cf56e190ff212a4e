import type { Snapshot } from "@portcullis/policy";
import { LRUCache } from "lru-cache";
import type { Judgement } from "./judgement.ts";

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

/** An empty generation for at most `maxEntries` verdicts. */
export function createGeneration(snapshot: Snapshot, maxEntries: number): Generation {
  return { snapshot, verdicts: new LRUCache({ max: maxEntries }), inFlight: new Map() };
}
