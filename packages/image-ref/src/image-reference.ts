import { type GrammarFault, grammarFaults } from "./grammar-fault.ts";
import { spellHost } from "./hosts.ts";

/**
 * A parsed image name in its normalised form, as a container runtime reads it:
 * `nginx` is `{ host: "docker.io", path: "library/nginx", tag: null, digest: null }`.
 */
export interface ImageReference {
  /** Registry host, lower-case, with its port as written: `registry.example:5000`, `[::1]:5000`, `docker.io`. */
  readonly host: string;
  /** Repository path without the host: `library/nginx`. */
  readonly path: string;
  /** Tag as written; never defaulted to `latest`. */
  readonly tag: string | null;
  /** Digest with its algorithm: `sha256:…`. */
  readonly digest: string | null;
}

export type ReferenceProblemCode = `image-${GrammarFault}`;

/** Every code a `ReferenceProblem` can carry. */
export const referenceProblemCodes: readonly ReferenceProblemCode[] = grammarFaults.map((fault) => `image-${fault}` as const);

/** Why a text is no image reference. The caller branches on it: an unparsable image is a finding, never a skip. */
export interface ReferenceProblem {
  readonly problem: ReferenceProblemCode;
  /** A lower-case clause that says what is wrong and what to write instead. */
  readonly message: string;
  /** Offset in UTF-16 code units at which the text stops making sense. */
  readonly at: number;
}

/** Whether `value`, as returned by `parseImageReference`, says that the text is no reference. */
export function isReferenceProblem(value: ImageReference | ReferenceProblem): value is ReferenceProblem {
  return "problem" in value;
}

/**
 * The canonical spelling, `host/path[:tag][@digest]`, nothing defaulted. A host that lower case would turn into something else
 * is written in upper case (`FOO/app` is host `foo`, `foo/app` is on Docker Hub), so that parsing it gives the same reference.
 */
export function formatImageReference({ host, path, tag, digest }: ImageReference): string {
  return `${spellHost(host, !path.includes("/"))}/${path}${formatTail(tag, digest)}`;
}

/** `[:tag][@digest]`, the part of a spelling that follows the path. */
export function formatTail(tag: string | null, digest: string | null): string {
  return `${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
}
