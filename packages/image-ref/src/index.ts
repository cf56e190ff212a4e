/**
 * Text to image reference and back, reference patterns, and an index that matches them.
 */
export {
  formatImageReference,
  type ImageReference,
  isReferenceProblem,
  type ReferenceProblem,
  type ReferenceProblemCode,
} from "./image-reference.ts";
export { parseImageReference } from "./parse-image-reference.ts";
