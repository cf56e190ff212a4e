import { buffersOfPatternIndex, type PatternIndexParts } from "@portcullis/image-ref";
import type { LineTable } from "./line-table.ts";
import type { PolicySource } from "./policy-source.ts";
import type { CompiledPolicy, Snapshot } from "./snapshot.ts";

/**
 * A compiled bundle as data that a structured clone carries: what one thread compiles, another assembles to a `Snapshot`. All
 * that grows with long lists is in buffers, which can be transferred without copying them.
 */
export interface SnapshotParts {
  /** Lists, each once however many policies name it. */
  readonly segments: readonly SegmentParts[];
  /** In the order of a snapshot's. */
  readonly policies: readonly PolicyParts[];
  readonly settings: Pick<Snapshot, "defaultVerdict" | "shortNames" | "patternCount">;
}

/** One list field or one list file. */
export interface SegmentParts {
  readonly index: PatternIndexParts;
  readonly file: string;
  readonly lines: LineTable;
  /** The patterns of a list field as they were written, one after the other, and where each ends. Empty for a list file. */
  readonly texts: string;
  readonly ends: Uint32Array<ArrayBuffer>;
}

/** A policy that is not ready to judge yet: names of its `match` are not compiled, and lists stand for places in `segments`. */
export type PolicyParts = Pick<
  PolicySource,
  "name" | "enforcement" | "clusters" | "namespaces" | "kinds" | "fields" | "requiresDigest" | "forbiddenTags" | "message"
> &
  Pick<CompiledPolicy, "covers"> & {
    /** The glob of the overlay that it stands in, where that is not known to name the cluster that is served. */
    readonly within: string | undefined;
    readonly allow: readonly number[] | undefined;
    readonly deny: readonly number[];
    readonly except: readonly number[];
  };

/** All memory of a list that can be transferred. */
export function buffersOfSegment({ index, lines, ends }: SegmentParts): readonly ArrayBuffer[] {
  return [...buffersOfPatternIndex(index), lines.firstOrdinals.buffer, lines.firstLines.buffer, ends.buffer];
}
