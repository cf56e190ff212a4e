import { dockerHub, officialPrefix } from "./hosts.ts";
import type { ImageReference } from "./image-reference.ts";
import type { MatchMode } from "./match-reference.ts";
import type { KeySource } from "./pattern-key.ts";
import type { ReferencePattern } from "./reference-pattern.ts";
import { dockerHubHosts, foldHost, spellingsOf } from "./spellings.ts";

/**
 * What a reference is looked up as: the first for patterns whose host has no `*`, each for those whose host has one, as a `*`
 * may stand for any of the hosts that serve the same. Never empty.
 */
export function sourcesOf(reference: ImageReference, mode: MatchMode): readonly KeySource[] {
  const { host, path, digest } = reference;
  const tag = reference.tag ?? (digest === null ? "latest" : null);
  if (mode === "allow") return [{ host, path, tag: digest === null ? tag : null, digest }];
  // The bulk of all references, which have one spelling.
  const folded = foldHost(host);
  if (!dockerHubHosts.has(folded)) return [{ host: folded, path, tag, digest }];
  const { hosts, paths } = spellingsOf(reference);
  return hosts.flatMap((spelledHost) => paths.map((spelledPath) => ({ host: spelledHost, path: spelledPath, tag, digest })));
}

/**
 * What a pattern is stored as: in deny mode, one for any of Docker Hub's hosts becomes one for `docker.io`, as which all
 * references to it are looked up first.
 */
export function storedPattern(pattern: ReferencePattern, mode: MatchMode): ReferencePattern {
  if (mode === "allow" || pattern.host === null) return pattern;
  const host = foldHost(pattern.host);
  if (!dockerHubHosts.has(host)) return host === pattern.host ? pattern : { ...pattern, host };
  const isOfficial = !pattern.isOpenEnded && !pattern.path.includes("/");
  return { ...pattern, host: dockerHub, path: isOfficial ? officialPrefix + pattern.path : pattern.path };
}

/** A stored pattern as the source of its own key: some component stands for `**` where that is last. */
export function sourceOf({ host, path, isOpenEnded, tag, digest }: ReferencePattern): KeySource {
  return { host, path: isOpenEnded ? `${path}/*` : path, tag, digest };
}
