import { element } from "./element.ts";
import type { PatternShape } from "./pattern-shape.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** A pattern whose key leaves out what stands between several `*`. */
export interface PartialPattern {
  readonly pattern: ReferencePattern;
  readonly shape: PatternShape;
  readonly ordinal: number;
}

/**
 * Patterns that are compared one by one, in groups by the ordinal that their common key leads to. Arrays and no objects: a thread
 * can hand a million of them to another without either standing still.
 */
export interface PartialTable {
  /** Of each group, ascending. */
  readonly leaders: Uint32Array<ArrayBuffer>;
  /** Where each group begins, and behind the last where it ends. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /** Of each pattern. */
  readonly ordinals: Uint32Array<ArrayBuffer>;
  /** Where the text of each pattern ends; it begins where the one before ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly texts: Uint8Array<ArrayBuffer>;
}

const patternsPerStep = 2048;

/** Arranges groups, in steps of a millisecond or so. */
export function* buildPartialTable(groups: ReadonlyMap<number, readonly PartialPattern[]>): Generator<void, PartialTable> {
  const sorted = [...groups].sort(([a], [b]) => a - b);
  const ordinals: number[] = [];
  const starts = [0];
  const ends: number[] = [];
  const texts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const [, group] of sorted) {
    for (const { pattern, ordinal } of group) {
      const text = encodePattern(pattern);
      size += text.length;
      texts.push(text);
      ordinals.push(ordinal);
      ends.push(size);
      if (ends.length % patternsPerStep === 0) yield;
    }
    starts.push(ends.length);
  }
  return {
    leaders: Uint32Array.from(sorted, ([leader]) => leader),
    starts: Uint32Array.from(starts),
    ordinals: Uint32Array.from(ordinals),
    ends: Uint32Array.from(ends),
    texts: yield* joinTexts(texts, size),
  };
}

function* joinTexts(texts: readonly Uint8Array[], size: number): Generator<void, Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(size);
  let at = 0;
  for (const [index, text] of texts.entries()) {
    joined.set(text, at);
    at += text.length;
    if (index % patternsPerStep === 0) yield;
  }
  return joined;
}

/** A pattern, and the order in which it was added. */
export interface OrderedPattern {
  readonly pattern: ReferencePattern;
  readonly ordinal: number;
}

/** The patterns that an ordinal leads to; none where no pattern shares its key. */
export function readGroup({ leaders, starts, ordinals, ends, texts }: PartialTable, leader: number): readonly OrderedPattern[] {
  const group = indexOf(leaders, leader);
  if (group === -1) return [];
  const patterns: OrderedPattern[] = [];
  for (let at = starts[group] as number; at < (starts[group + 1] as number); at++) {
    const text = texts.subarray(at === 0 ? 0 : ends[at - 1], ends[at]);
    patterns.push({ pattern: decodePattern(text), ordinal: ordinals[at] as number });
  }
  return patterns;
}

function indexOf(leaders: Uint32Array, leader: number): number {
  let low = 0;
  let high = leaders.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((leaders[middle] as number) < leader) low = middle + 1;
    else high = middle;
  }
  return leaders[low] === leader ? low : -1;
}

/** Of the texts of a pattern, none of which holds it. */
const separator = "\n";

/** ASCII, as all texts of patterns are. No part is an empty text, so an empty one stands for null. */
function encodePattern({ host, path, isOpenEnded, tag, digest }: ReferencePattern): Uint8Array<ArrayBuffer> {
  const text = [host ?? "", path, isOpenEnded ? "**" : "", tag ?? "", digest ?? ""].join(separator);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function decodePattern(bytes: Uint8Array): ReferencePattern {
  const parts = String.fromCharCode(...bytes).split(separator);
  const [host, path, open, tag, digest] = [0, 1, 2, 3, 4].map((part) => element(parts, part)) as [string, string, string, string, string];
  return { host: orNull(host), path, isOpenEnded: open !== "", tag: orNull(tag), digest: orNull(digest) };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}

/** Memory held, in bytes. */
export function partialBytes({ leaders, starts, ordinals, ends, texts }: PartialTable): number {
  return leaders.byteLength + starts.byteLength + ordinals.byteLength + ends.byteLength + texts.byteLength;
}
