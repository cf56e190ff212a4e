import type { ImageReference } from "./image-reference.ts";
import { createKeyPool, storeKey } from "./key-pool.ts";
import { sourceOf, storedPattern } from "./key-sources.ts";
import { buildKeyTable, tableBytes } from "./key-table.ts";
import { createKeyWriter } from "./key-writer.ts";
import type { MatchMode } from "./match-reference.ts";
import { writeKey } from "./pattern-key.ts";
import { findPattern, groupPartials, type PartialPattern, type PatternLookup } from "./pattern-lookup.ts";
import { createShapeRegistry } from "./pattern-shape.ts";
import type { ReferencePattern } from "./reference-pattern.ts";
import { createSharedBeginnings } from "./shared-beginnings.ts";

/** Patterns, arranged so that finding one that matches costs about the same however many there are. Immutable. */
export interface PatternIndex {
  /** How many patterns were added. */
  readonly size: number;
  /** Memory held, in bytes. */
  readonly bytes: number;
  /** Ordinal (order of `add`, from 0) of a pattern that matches, or -1. The same one for the same index and reference. */
  readonly find: (reference: ImageReference) => number;
}

/** Collects patterns for one index. Not to be used any more after `build` or `buildSteps`. */
export interface PatternIndexBuilder {
  readonly add: (pattern: ReferencePattern) => void;
  readonly build: () => PatternIndex;
  /** Yields after each millisecond or so of work, so that the caller can serve requests in between. */
  readonly buildSteps: () => Generator<void, PatternIndex>;
}

/** Starts an index of patterns that all match in one mode. */
export function createPatternIndexBuilder(mode: MatchMode): PatternIndexBuilder {
  const pool = createKeyPool();
  const shared = createSharedBeginnings(pool);
  const { shapeFor, shapes } = createShapeRegistry();
  const partials: PartialPattern[] = [];
  const key = createKeyWriter();

  function add(pattern: ReferencePattern): void {
    const stored = storedPattern(pattern, mode);
    const shape = shapeFor(stored);
    if (!writeKey(key, shape, sourceOf(stored))) throw new RangeError("a pattern is longer than what this package parses");
    const beginning = shared.find(key);
    const offset = storeKey(pool, key, beginning);
    if (beginning === undefined) shared.remember(offset);
    if (shape.isPartial) partials.push({ pattern, offset });
  }

  function* buildSteps(): Generator<void, PatternIndex> {
    const table = yield* buildKeyTable(pool, key);
    return toIndex({ mode, table, shapes, partials: yield* groupPartials({ table, key }, partials), key });
  }

  return { add, buildSteps, build: () => drain(buildSteps()) };
}

function toIndex(lookup: PatternLookup): PatternIndex {
  const { pool } = lookup.table;
  return { size: pool.count, bytes: tableBytes(lookup.table), find: (reference) => findPattern(lookup, reference) };
}

function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
