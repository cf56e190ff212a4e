import { foldAddress } from "./fold-address.ts";
import { dockerHub, officialPrefix } from "./hosts.ts";
import type { ImageReference } from "./image-reference.ts";
import type { ReferencePattern } from "./reference-pattern.ts";

/**
 * Hosts that serve Docker Hub's repositories. Runtimes ask `registry-1.docker.io` for `docker.io`; `registry.docker.io` is an
 * alias of it in DNS; `index.docker.io` and `registry.hub.docker.com` serve the same API.
 */
export const dockerHubHosts: ReadonlySet<string> = new Set([
  dockerHub,
  "index.docker.io",
  "registry-1.docker.io",
  "registry.docker.io",
  "registry.hub.docker.com",
]);

/** Every way to write the place a reference names: each of `hosts` with each of `paths`. The first of both is the usual one. */
export interface Spellings {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/** The spellings that could reach the same place, ports and addresses folded by `foldHost`. */
export function spellingsOf({ host, path }: ImageReference): Spellings {
  const folded = foldHost(host);
  if (!dockerHubHosts.has(folded)) return { hosts: [folded], paths: [path] };
  const short = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
  return { hosts: [...dockerHubHosts], paths: short.includes("/") ? [path] : [officialPrefix + short, short] };
}

/** A pattern whose host is written as `spellingsOf` writes hosts. */
export function foldPattern(pattern: ReferencePattern): ReferencePattern {
  return pattern.host === null ? pattern : { ...pattern, host: foldHost(pattern.host) };
}

/**
 * A host without what does not change where it leads: the ports 443 and 80, which runtimes try anyway, leading zeros of other
 * ports, and the many spellings of one address.
 */
export function foldHost(host: string): string {
  const nameEnd = host.startsWith("[") ? host.indexOf("]") + 1 : host.indexOf(":");
  if (nameEnd === -1) return foldAddress(host);
  const port = host.slice(nameEnd).replace(/^:0+(?=[0-9])/, ":");
  return foldAddress(host.slice(0, nameEnd)) + (port === ":443" || port === ":80" ? "" : port);
}
