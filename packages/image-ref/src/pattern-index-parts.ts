import type { KeyTable } from "./key-table.ts";
import type { MatchMode } from "./match-reference.ts";
import type { PartialTable } from "./partial-table.ts";
import type { PatternLookup } from "./pattern-lookup.ts";
import type { PatternShape } from "./pattern-shape.ts";

/**
 * An index as data that a structured clone carries. All that grows with the list is in buffers, which are shared with another
 * thread or can be transferred to it without copying them. Not a format to store: another version may arrange the bytes otherwise.
 */
export interface PatternIndexParts {
  readonly mode: MatchMode;
  readonly size: number;
  readonly steps: number;
  /** Few: a list in which `*` stands in more than a thousand ways is no good list. */
  readonly shapes: readonly PatternShape[];
  readonly bucketCount: number;
  /** Bytes. */
  readonly bucketSize: number;
  readonly filter: ArrayBuffer;
  readonly records: SharedArrayBuffer;
  readonly beginnings: ArrayBuffer;
  readonly partials: PartialTable;
}

export function toPatternIndexParts(
  { size, steps }: Pick<PatternIndexParts, "size" | "steps">,
  { mode, shapes, table, partials }: PatternLookup,
): PatternIndexParts {
  const { bucketCount, bucketSize, filter, records, beginnings } = table;
  return {
    mode,
    size,
    steps,
    shapes,
    bucketCount,
    bucketSize,
    filter: filter.buffer,
    records: records.buffer,
    beginnings: beginnings.buffer,
    partials,
  };
}

export function tableOf({ bucketCount, bucketSize, filter, records, beginnings }: PatternIndexParts): KeyTable {
  return { bucketCount, bucketSize, filter: new Uint8Array(filter), records: new DataView(records), beginnings: new DataView(beginnings) };
}

/** All memory of an index that can be transferred, each buffer once. */
export function buffersOfPatternIndex({ filter, beginnings, partials }: PatternIndexParts): readonly ArrayBuffer[] {
  const { leaders, starts, ordinals, ends, texts } = partials;
  return [filter, beginnings, leaders.buffer, starts.buffer, ordinals.buffer, ends.buffer, texts.buffer];
}
