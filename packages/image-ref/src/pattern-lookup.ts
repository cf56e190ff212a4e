import type { ImageReference } from "./image-reference.ts";
import { sourceOf, sourcesOf, storedPattern } from "./key-sources.ts";
import { findKey, type KeyTable, tableBytes } from "./key-table.ts";
import type { KeyWriter } from "./key-writer.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import { type KeySource, writeKey } from "./pattern-key.ts";
import type { PatternShape } from "./pattern-shape.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** A pattern whose key leaves out what stands between several `*`. */
export interface PartialPattern {
  readonly pattern: ReferencePattern;
  readonly shape: PatternShape;
  readonly ordinal: number;
}

const partialsPerStep = 2048;

/** What a finished index holds. */
export interface PatternLookup {
  readonly mode: MatchMode;
  readonly table: KeyTable;
  readonly shapes: readonly PatternShape[];
  /** By the ordinal that their common key leads to. */
  readonly partials: ReadonlyMap<number, readonly PartialPattern[]>;
  /** Where the keys of references are written. */
  readonly key: KeyWriter;
}

/** Ordinal of a pattern that matches, or -1. */
export function findPattern(lookup: PatternLookup, reference: ImageReference): number {
  const { shapes, mode } = lookup;
  if (shapes.length === 0) return -1;
  const question = { reference, sources: sourcesOf(reference, mode) };
  for (const shape of shapes) {
    const ordinal = findShaped(lookup, shape, question);
    if (ordinal !== -1) return ordinal;
  }
  return -1;
}

interface Question {
  readonly reference: ImageReference;
  readonly sources: readonly KeySource[];
}

/** Ordinal of a pattern of one shape that matches; -1 if none does. */
function findShaped({ key, table, mode, partials }: PatternLookup, shape: PatternShape, { reference, sources }: Question): number {
  for (const source of sources) {
    const found = writeKey(key, shape, source) ? findKey(table, key) : -1;
    const group = found !== -1 && shape.isPartial ? partials.get(found) : undefined;
    const ordinal = group === undefined ? found : ordinalOf(group.find(({ pattern }) => matchesReference(pattern, reference, mode)));
    // A literal host is stored in the first spelling only; a masked one may match any.
    if (ordinal !== -1 || typeof shape.host === "string") return ordinal;
  }
  return -1;
}

function ordinalOf(partial: PartialPattern | undefined): number {
  return partial === undefined ? -1 : partial.ordinal;
}

/** Groups patterns by the ordinal that their key leads to, in steps of a millisecond or so. */
export function* groupPartials(
  { mode, table, key }: Pick<PatternLookup, "mode" | "table" | "key">,
  partials: readonly PartialPattern[],
): Generator<void, PatternLookup["partials"]> {
  const groups = new Map<number, PartialPattern[]>();
  for (const [index, partial] of partials.entries()) {
    writeKey(key, partial.shape, sourceOf(storedPattern(partial.pattern, mode)));
    const leader = findKey(table, key);
    const group = groups.get(leader) ?? [];
    groups.set(leader, group);
    group.push(partial);
    if (index % partialsPerStep === 0) yield;
  }
  return groups;
}

/** About what an object for a pattern with several `*` takes beside its text, place in a group included. */
const partialOverhead = 200;

/** Memory held, in bytes; what is not in one buffer is estimated. */
export function lookupBytes({ table, partials }: PatternLookup): number {
  let bytes = tableBytes(table);
  for (const group of partials.values()) {
    for (const { pattern } of group) bytes += partialOverhead + textLength(pattern);
  }
  return bytes;
}

function textLength({ host, path, tag, digest }: ReferencePattern): number {
  return path.length + (host?.length ?? 0) + (tag?.length ?? 0) + (digest?.length ?? 0);
}

/** How many keys a look-up may try, and how many patterns it may compare one by one, at most, for each spelling of a reference. */
export function lookupSteps({ shapes, partials }: PatternLookup): number {
  const longest = new Map<PatternShape | undefined, number>();
  for (const group of partials.values()) {
    const shape = group[0]?.shape;
    longest.set(shape, Math.max(longest.get(shape) ?? 0, group.length));
  }
  return [...longest.values()].reduce((sum, length) => sum + length, shapes.length);
}
