import { findFault, pathTooLong } from "./find-fault.ts";
import { literalGrammar } from "./grammar.ts";
import { canonicalHost, canonicalPath } from "./hosts.ts";
import type { ImageReference, ReferenceProblem } from "./image-reference.ts";
import { splitReference } from "./parts.ts";

/** Reads an image name as a container runtime would (`distribution/reference`, normalised form). Never throws. */
export function parseImageReference(text: string): ImageReference | ReferenceProblem {
  const parts = splitReference(text);
  const { hostEnd, pathStart, pathEnd, tagStart, tagEnd, digestStart } = parts;
  const host = hostEnd === -1 ? null : text.slice(0, hostEnd);
  const path = canonicalPath(host, text.slice(pathStart, pathEnd));
  const fault = findFault(text, parts, literalGrammar) ?? pathTooLong(path, pathStart);
  if (fault !== undefined) return { problem: `image-${fault.fault}`, message: fault.message, at: fault.at };
  return {
    host: canonicalHost(host),
    path,
    tag: tagStart === -1 ? null : text.slice(tagStart, tagEnd),
    digest: digestStart === -1 ? null : text.slice(digestStart),
  };
}
