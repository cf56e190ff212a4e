import type { ImageReference, ReferenceProblem } from "./image-reference.ts";

/** Reads an image name as a container runtime would (`distribution/reference`, normalised form). Never throws. */
export function parseImageReference(text: string): ImageReference | ReferenceProblem {
  throw new Error(`not built yet: ${text}`);
}
