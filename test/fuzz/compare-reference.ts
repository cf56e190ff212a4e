import {
  formatImageReference,
  type ImageReference,
  isReferenceProblem,
  parseImageReference,
  type ReferenceProblem,
} from "@portcullis/image-ref";
import type { GoAnswer } from "./go-oracle.ts";

/** Our refusals of what the Go parser reads as a name, each with the reason for it. */
export const intendedRefusals = {
  "image-host": "the Go parser finds no host in a first component that reads as one; a runtime may ask it all the same",
  "image-id": "to a runtime it is the ID of a local image",
} as const;

export type Comparison = "same" | "both-refuse" | keyof typeof intendedRefusals | { readonly difference: string };

/** Compares what we make of a text with what `distribution/reference` makes of it. */
export function compareReference(text: string, go: GoAnswer): Comparison {
  const ours = parseImageReference(text);
  if (isReferenceProblem(ours)) return go.ok ? compareRefusal(ours, go) : "both-refuse";
  return go.ok ? compareReading(ours, go) : { difference: `we read ${JSON.stringify(ours)}, Go refuses` };
}

function compareRefusal({ problem }: ReferenceProblem, go: GoAnswer): Comparison {
  if (problem === "image-host" && go.host === "") return problem;
  if (problem === "image-id" && go.isId) return problem;
  return { difference: `we refuse with ${problem}, Go reads ${JSON.stringify(go)}` };
}

function compareReading(ours: ImageReference, go: GoAnswer): Comparison {
  const expected = { host: lowerCase(go.host), path: go.path, tag: go.tag, digest: go.digest };
  if (go.isId || JSON.stringify(ours) !== JSON.stringify(expected)) {
    return { difference: `we read ${JSON.stringify(ours)}, Go ${JSON.stringify(go)}` };
  }
  const pulled = pulledName(go.host, ours);
  return pulled === go.pulled ? "same" : { difference: `we take "${pulled}" for what is pulled, Go "${go.pulled}"` };
}

/** Our canonical spelling of a text; texts we refuse have none. */
export function canonicalOf(text: string): string | undefined {
  const ours = parseImageReference(text);
  return isReferenceProblem(ours) ? undefined : formatImageReference(ours);
}

/** What we say a runtime pulls: by digest where there is one, whatever the tag; else by tag, which is `latest` unless written. */
function pulledName(host: string, { path, tag, digest }: ImageReference): string {
  return `${host}/${path}${digest === null ? `:${tag ?? "latest"}` : `@${digest}`}`;
}

/** Hosts compare without regard to case. ASCII alone: `toLowerCase` would turn the Kelvin sign into a `k`. */
function lowerCase(host: string): string {
  return host.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
