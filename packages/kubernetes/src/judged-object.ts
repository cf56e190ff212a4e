import type { WorkloadImage } from "@portcullis/policy";
import type { ScannedImages } from "./image-scan.ts";
import { findFatalOddity } from "./pod-spec-place.ts";
import { malformed } from "./review-values.ts";

/** Kind of an object as API servers name it, without the version. */
export interface ObjectKind {
  readonly group: string;
  readonly kind: string;
}

/** The kind an object says of itself; empty where it does not. */
export function kindOf({ apiVersion, kind }: ScannedImages): ObjectKind {
  return { group: groupOf(apiVersion), kind };
}

/** The kind a policy sees: what old API servers send as `EphemeralContainers` is a Pod. */
export function judgedKind(kind: ObjectKind): ObjectKind {
  return isPod(kind) ? { group: "", kind: "Pod" } : kind;
}

/**
 * The images of an object of that kind. An image that a Pod leaves out is judged as an empty one; in a template it is
 * none, since the pods made from it are judged. Throws `review-malformed` for a built-in kind that cannot be read as
 * such; `path` says in the message where the object stands (empty, or with a dot at its end).
 */
export function judgedImages(object: ScannedImages, kind: ObjectKind, path: string): readonly WorkloadImage[] {
  const fatal = findFatalOddity(kind.group, kind.kind, object.oddities);
  if (fatal !== undefined) throw malformed(`${path}${fatal.path}`, fatal.what);
  return isPod(kind) ? object.images : object.images.filter(({ image }) => image !== "");
}

/** The API group of an `apiVersion`: `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

function isPod({ group, kind }: ObjectKind): boolean {
  return group === "" && (kind === "Pod" || kind === "EphemeralContainers");
}
