import { type ImageReference, isReferenceProblem, type ReferenceProblem } from "@portcullis/image-ref";

/**
 * Whether an image was written without a registry host, so that the runtime chooses one: containerd takes Docker Hub,
 * CRI-O searches what its registries.conf lists.
 */
export function isShortName(written: string, reference: ImageReference | ReferenceProblem): boolean {
  // Only Docker Hub is ever filled in, and only its two names are folded.
  if (isReferenceProblem(reference) || reference.host !== "docker.io") return false;
  return !/^(?:index\.)?docker\.io\//iu.test(written);
}
