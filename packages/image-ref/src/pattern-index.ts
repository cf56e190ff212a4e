import type { ImageReference } from "./image-reference.ts";
import { createKeyPool, storeKey } from "./key-pool.ts";
import { sourceOf, storedPattern } from "./key-sources.ts";
import { buildKeyTable } from "./key-table.ts";
import { createKeyWriter } from "./key-writer.ts";
import type { MatchMode } from "./match-reference.ts";
import { buildPartialTable, type PartialPattern } from "./partial-table.ts";
import { type PatternIndexParts, tableOf, toPatternIndexParts } from "./pattern-index-parts.ts";
import { writeKey } from "./pattern-key.ts";
import { findPattern, groupPartials, lookupBytes, lookupSteps, type PatternLookup } from "./pattern-lookup.ts";
import { createShapeRegistry } from "./pattern-shape.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** Patterns, arranged so that finding one that matches costs about the same however many there are. Immutable. */
export interface PatternIndex {
  /** How many patterns were added. */
  readonly size: number;
  /** Memory held, in bytes. */
  readonly bytes: number;
  /**
   * At most so many keys are looked up and patterns compared to find one: a key for each way in which `*` and `**` stand in the
   * patterns, and those with several `*` in one part, one by one where the part begins and ends alike.
   */
  readonly steps: number;
  /** Ordinal (order of `add`, from 0) of a pattern that matches, or -1. The same one for the same index and reference. */
  readonly find: (reference: ImageReference) => number;
  /** The memory of this index itself, so that it is not to be asked any more once that was transferred to another thread. */
  readonly toParts: () => PatternIndexParts;
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
  const { shapeFor, shapes } = createShapeRegistry();
  const partials: PartialPattern[] = [];
  const key = createKeyWriter();

  function add(pattern: ReferencePattern): void {
    const stored = storedPattern(pattern, mode);
    const shape = shapeFor(stored);
    if (!writeKey(key, shape, sourceOf(stored))) throw new RangeError("a pattern is longer than what this package parses");
    if (shape.isPartial) partials.push({ pattern, shape, ordinal: pool.count });
    storeKey(pool, key);
  }

  function* buildSteps(): Generator<void, PatternIndex> {
    const table = yield* buildKeyTable(pool);
    const groups = yield* groupPartials({ mode, table, key }, partials);
    const steps = lookupSteps(shapes, groups);
    return toIndex({ size: pool.count, steps }, { mode, table, shapes, partials: yield* buildPartialTable(groups), read: new Map(), key });
  }

  return { add, buildSteps, build: () => drain(buildSteps()) };
}

/** The index that `toParts` was asked of, with the same answers. Takes microseconds, however long the list. */
export function patternIndexFromParts(parts: PatternIndexParts): PatternIndex {
  const { mode, shapes, partials } = parts;
  return toIndex(parts, { mode, table: tableOf(parts), shapes, partials, read: new Map(), key: createKeyWriter() });
}

/** A function of its own, since a closure in the builder would hold the pool for as long as the index lives. */
function toIndex({ size, steps }: Pick<PatternIndex, "size" | "steps">, lookup: PatternLookup): PatternIndex {
  return {
    size,
    bytes: lookupBytes(lookup),
    steps,
    find: (reference) => findPattern(lookup, reference),
    toParts: () => toPatternIndexParts({ size, steps }, lookup),
  };
}

function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
