/**
 * Text to image reference and back, reference patterns, and an index that finds which of a million patterns matches.
 *
 * References are read as `distribution/reference` reads them, since that is what container runtimes do:
 *
 *     reference  = [ host "/" ] path [ ":" tag ] [ "@" digest ]
 *     host       = ( label *( "." label ) / "[" 1*( hexdigit / ":" ) "]" ) [ ":" 1*digit ]
 *     label      = letter-or-digit *( letter-or-digit / "-" ), not ending in "-"
 *     path       = component *( "/" component ), at most 255 characters with "library/"
 *     component  = 1*alnum *( separator 1*alnum )             ; alnum: a-z, 0-9
 *     separator  = "." / "_" / "__" / 1*"-"
 *     tag        = ( letter-or-digit / "_" ) 0*127( letter-or-digit / "_" / "." / "-" )
 *     digest     = "sha256:" 64hex / "sha384:" 96hex / "sha512:" 128hex   ; hex: 0-9, a-f
 *
 * What stands before the first "/" is a host only if it holds "." or ":" or an upper-case letter, or is `localhost`; otherwise
 * the host is `docker.io`, and a path of one component gets `library/`. `index.docker.io` is `docker.io`. Although the grammar
 * allows them, two spellings are refused as they do not say what will run: a first component that reads as a host and is no legal
 * one (`my_registry.io/app`), and a digest or 64 hex digits alone, which to a runtime is the ID of a local image.
 *
 *     pattern    = ( "**" / "**/ " path / host "; /**" / [ host "/" ] path [ "/**" ] ) [ ":" tag / "@" digest ]
 *
 * In a label, component or tag of a pattern, `*` stands for any run of characters, the empty one too. `**` stands for one
 * component or more, and first for the host and any number of them.
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
export { createPatternIndexBuilder, type PatternIndex, type PatternIndexBuilder, patternIndexFromParts } from "./pattern-index.ts";
export { buffersOfPatternIndex, type PatternIndexParts } from "./pattern-index-parts.ts";
export {
  formatReferencePattern,
  isPatternProblem,
  type PatternProblem,
  type PatternProblemCode,
  patternProblemCodes,
  type ReferencePattern,
} from "./reference-pattern.ts";
