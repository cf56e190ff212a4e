import { type ImageReference, isReferenceProblem, parseImageReference, type ReferenceProblem } from "@portcullis/image-ref";

/**
 * Reads the image of a workload: as `parseImageReference`, but for the beginning of an image ID (`sha256:1a2b`). The grammar takes
 * that for a tag of Docker Hub's `library/sha256`; containerd runs the one image of the node whose ID begins so.
 */
export function readReference(image: string): ImageReference | ReferenceProblem {
  const reference = parseImageReference(image);
  // Most names end here, without the regular expression.
  if (isReferenceProblem(reference) || reference.path !== "library/sha256" || !/^sha256:[0-9a-f]{1,64}$/.test(image)) return reference;
  const message =
    'it may be the beginning of the ID of an image on the node; write the repository before it, as in "registry.example/app@sha256:…"';
  return { problem: "image-id", message, at: 0 };
}
