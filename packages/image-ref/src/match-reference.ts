import { matchesGlob, matchesParts } from "./glob.ts";
import type { ImageReference } from "./image-reference.ts";
import type { ReferencePattern } from "./reference-pattern.ts";
import { foldPattern, spellingsOf } from "./spellings.ts";

/** `allow`: a pattern matches the canonical spelling only. `deny`: it matches every spelling that could reach the same place. */
export type MatchMode = "allow" | "deny";

/** Whether a pattern matches a reference. The definition of what the index answers for many patterns at once. */
export function matchesReference(pattern: ReferencePattern, reference: ImageReference, mode: MatchMode): boolean {
  if (!matchesTail(pattern, reference, mode)) return false;
  if (mode === "allow") return matchesHost(pattern, reference.host) && matchesPath(pattern, reference.path);
  const folded = foldPattern(pattern);
  const { hosts, paths } = spellingsOf(reference);
  return hosts.some((host) => matchesHost(folded, host)) && paths.some((path) => matchesPath(folded, path));
}

/** Whether the host of a pattern matches a host, spelled alike. */
export function matchesHost({ host }: ReferencePattern, text: string): boolean {
  if (host === null) return true;
  if (!host.includes("*")) return host === text;
  // An address in brackets has no labels, and patterns have no `*` in ports: those compare as one more label.
  return !text.startsWith("[") && matchesParts(host.replace(":", ".:"), text.replace(":", ".:"), ".");
}

/** Whether the path of a pattern matches a path. */
export function matchesPath({ host, path, isOpenEnded }: ReferencePattern, text: string): boolean {
  if (path === "") return true;
  const wanted = path.split("/").length;
  const components = text.split("/");
  if (isOpenEnded) return components.length > wanted && matchesParts(path, components.slice(0, wanted).join("/"), "/");
  if (host !== null) return matchesParts(path, text, "/");
  return components.length >= wanted && matchesParts(path, components.slice(-wanted).join("/"), "/");
}

function matchesTail(pattern: ReferencePattern, { tag, digest }: ImageReference, mode: MatchMode): boolean {
  if (pattern.digest !== null) return pattern.digest === digest;
  if (pattern.tag === null) return true;
  // The runtime pulls by digest and ignores the tag: an allowed tag says nothing about it, a forbidden one still names it.
  if (digest !== null) return mode === "deny" && tag !== null && matchesGlob(pattern.tag, tag);
  return matchesGlob(pattern.tag, tag ?? "latest");
}
