import type { ImageReference } from "./image-reference.ts";
import { loadKey, ordinalAt } from "./key-pool.ts";
import { sourcesOf } from "./key-sources.ts";
import { findKey, type KeyTable } from "./key-table.ts";
import type { KeyWriter } from "./key-writer.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import { type KeySource, writeKey } from "./pattern-key.ts";
import type { PatternShape } from "./pattern-shape.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** A pattern whose key leaves out what stands between several `*`, and where its own record is. */
export interface PartialPattern {
  readonly pattern: ReferencePattern;
  readonly offset: number;
}

const partialsPerStep = 2048;

/** What a finished index holds. */
export interface PatternLookup {
  readonly mode: MatchMode;
  readonly table: KeyTable;
  readonly shapes: readonly PatternShape[];
  /** By the record that their common key leads to. */
  readonly partials: ReadonlyMap<number, readonly PartialPattern[]>;
  /** Where the keys of references are written. */
  readonly key: KeyWriter;
}

/** Ordinal of a pattern that matches, or -1. */
export function findPattern(lookup: PatternLookup, reference: ImageReference): number {
  const question = { reference, sources: sourcesOf(reference, lookup.mode) };
  for (const shape of lookup.shapes) {
    const offset = findShaped(lookup, shape, question);
    if (offset !== -1) return ordinalAt(lookup.table.pool, offset);
  }
  return -1;
}

interface Question {
  readonly reference: ImageReference;
  readonly sources: readonly KeySource[];
}

/** Offset of a pattern of one shape that matches; -1 if none does. */
function findShaped({ key, table, mode, partials }: PatternLookup, shape: PatternShape, { reference, sources }: Question): number {
  for (const source of sources) {
    const found = writeKey(key, shape, source) ? findKey(table, key) : -1;
    const group = found !== -1 && shape.isPartial ? partials.get(found) : undefined;
    const offset = group === undefined ? found : offsetOf(group.find(({ pattern }) => matchesReference(pattern, reference, mode)));
    // A literal host is stored in the first spelling only; a masked one may match any.
    if (offset !== -1 || typeof shape.host === "string") return offset;
  }
  return -1;
}

function offsetOf(partial: PartialPattern | undefined): number {
  return partial === undefined ? -1 : partial.offset;
}

/** Groups patterns by the record that their key leads to, in steps of a millisecond or so. */
export function* groupPartials(
  { table, key }: Pick<PatternLookup, "table" | "key">,
  partials: readonly PartialPattern[],
): Generator<void, PatternLookup["partials"]> {
  const groups = new Map<number, PartialPattern[]>();
  for (const [index, partial] of partials.entries()) {
    loadKey(table.pool, partial.offset, key);
    const leader = findKey(table, key);
    const group = groups.get(leader) ?? [];
    groups.set(leader, group);
    group.push(partial);
    if (index % partialsPerStep === 0) yield;
  }
  return groups;
}
