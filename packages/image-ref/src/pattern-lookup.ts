import type { ImageReference } from "./image-reference.ts";
import { sourceOf, sourcesOf, storedPattern } from "./key-sources.ts";
import { findKey, type KeyTable, tableBytes } from "./key-table.ts";
import type { KeyWriter } from "./key-writer.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import { type OrderedPattern, type PartialPattern, type PartialTable, partialBytes, readGroup } from "./partial-table.ts";
import { type KeySource, writeKey } from "./pattern-key.ts";
import type { PatternShape } from "./pattern-shape.ts";

const partialsPerStep = 2048;

/** What a finished index holds. */
export interface PatternLookup {
  readonly mode: MatchMode;
  readonly table: KeyTable;
  readonly shapes: readonly PatternShape[];
  readonly partials: PartialTable;
  /** Groups of `partials` that were asked for, as they are compared. */
  readonly read: Map<number, readonly OrderedPattern[]>;
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
function findShaped(lookup: PatternLookup, shape: PatternShape, { reference, sources }: Question): number {
  const { key, table } = lookup;
  for (const source of sources) {
    const found = writeKey(key, shape, source) ? findKey(table, key) : -1;
    const ordinal = found !== -1 && shape.isPartial ? findInGroup(lookup, found, reference) : found;
    // A literal host is stored in the first spelling only; a masked one may match any.
    if (ordinal !== -1 || typeof shape.host === "string") return ordinal;
  }
  return -1;
}

function findInGroup({ partials, read, mode }: PatternLookup, leader: number, reference: ImageReference): number {
  let group = read.get(leader);
  if (group === undefined) {
    group = readGroup(partials, leader);
    read.set(leader, group);
  }
  return group.find(({ pattern }) => matchesReference(pattern, reference, mode))?.ordinal ?? -1;
}

/** Groups patterns by the ordinal that their key leads to, in steps of a millisecond or so. */
export function* groupPartials(
  { mode, table, key }: Pick<PatternLookup, "mode" | "table" | "key">,
  partials: readonly PartialPattern[],
): Generator<void, ReadonlyMap<number, readonly PartialPattern[]>> {
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

/** About what a pattern that is compared takes once it was asked for: an object and its texts. */
const partialOverhead = 240;

/** Memory held at most, in bytes; what is not in one buffer is estimated. */
export function lookupBytes({ table, partials }: Pick<PatternLookup, "table" | "partials">): number {
  return tableBytes(table) + partialBytes(partials) + partialOverhead * partials.ordinals.length;
}

/** How many keys a look-up may try, and how many patterns it may compare one by one, at most, for each spelling of a reference. */
export function lookupSteps(shapes: readonly PatternShape[], groups: ReadonlyMap<number, readonly PartialPattern[]>): number {
  const longest = new Map<PatternShape | undefined, number>();
  for (const group of groups.values()) {
    const shape = group[0]?.shape;
    longest.set(shape, Math.max(longest.get(shape) ?? 0, group.length));
  }
  return [...longest.values()].reduce((sum, length) => sum + length, shapes.length);
}
