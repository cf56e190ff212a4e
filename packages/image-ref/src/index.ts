/**
 * Text to image reference and back, reference patterns, and an index that matches them.
 */

export { explainMatch, type MatchExplanation } from "./explain-match.ts";
export {
  formatImageReference,
  type ImageReference,
  isReferenceProblem,
  type ReferenceProblem,
  type ReferenceProblemCode,
  referenceProblemCodes,
} from "./image-reference.ts";
export { type MatchMode, matchesReference } from "./match-reference.ts";
export { parseImageReference } from "./parse-image-reference.ts";
export { parseReferencePattern } from "./parse-reference-pattern.ts";
export { createPatternIndexBuilder, type PatternIndex, type PatternIndexBuilder } from "./pattern-index.ts";
export {
  formatReferencePattern,
  isPatternProblem,
  type PatternProblem,
  type PatternProblemCode,
  patternProblemCodes,
  type ReferencePattern,
} from "./reference-pattern.ts";
