import { nameOfHost } from "./hosts.ts";
import type { Parts } from "./parts.ts";
import { quote } from "./quote.ts";
import type { PatternMistake } from "./reference-pattern.ts";

/** What a text got wrong as a pattern; `suggestion` is a rewrite that was not yet checked to be a pattern itself. */
export interface Mistake {
  readonly mistake: PatternMistake;
  readonly at: number;
  readonly message: string;
  readonly suggestion: string | undefined;
}

/** A pattern's text, cut where the grammar cuts it. */
interface Cut {
  readonly text: string;
  readonly parts: Parts;
  /** Host and path as written. */
  readonly name: string;
  /** What follows the name: `:tag`, `@digest`. */
  readonly tail: string;
  /** The first component, a host or not. */
  readonly first: string;
}

type Check = (cut: Cut) => Mistake | undefined;

const checks: readonly Check[] = [tagAndDigest, digestWildcard, doubleStar, hostAlone, anyHost, openHost, portWildcard];

/** The first thing a pattern says that a reader could take for something else, although the grammar may accept it. */
export function findPatternMistake(text: string, parts: Parts): Mistake | undefined {
  const name = text.slice(0, parts.pathEnd);
  const slash = name.indexOf("/");
  const cut = { text, parts, name, tail: text.slice(parts.pathEnd), first: slash === -1 ? name : name.slice(0, slash) };
  for (const check of checks) {
    const mistake = check(cut);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function tagAndDigest({ text, name, parts: { tagStart, digestStart } }: Cut): Mistake | undefined {
  if (tagStart === -1 || digestStart === -1) return undefined;
  const message = "a runtime ignores the tag beside a digest, so a pattern has one of the two";
  return { mistake: "tag-and-digest", at: tagStart, message, suggestion: `${name}@${text.slice(digestStart)}` };
}

function digestWildcard({ text, name, parts: { digestStart } }: Cut): Mistake | undefined {
  const at = digestStart === -1 ? -1 : text.indexOf("*", digestStart);
  if (at === -1) return undefined;
  const message = '"*" cannot stand in a digest; a pattern without one matches any digest or none, and "require" asks for one';
  return { mistake: "digest-wildcard", at, message, suggestion: name };
}

function doubleStar({ text, name }: Cut): Mistake | undefined {
  if (!text.includes("**")) return undefined;
  const isFirst = name === "**" || name.startsWith("**/");
  const isLast = !isFirst && name.endsWith("/**");
  const from = isFirst ? 2 : 0;
  const to = isLast ? name.length - 2 : name.length;
  const rest = `${name.slice(from, to)}${isLast ? "  " : ""}${text.slice(name.length)}`;
  const at = rest.indexOf("**");
  if (at === -1) return undefined;
  const message = '"**" is whole components and stands first or last, not both; "*" is part of one component';
  const single = rest.replace(/\*{2,}/g, "*").replace("  ", "**");
  return { mistake: "double-star", at: from + at, message, suggestion: name === "**/**" ? "**" : `${text.slice(0, from)}${single}` };
}

/** One component that looks like a host would be a Docker Hub repository, which hardly anybody who writes it means. */
function hostAlone({ name, tail }: Cut): Mistake | undefined {
  if (name.includes("/")) return undefined;
  const host = name.replace(/\*+$/, "");
  if (!host.includes(".") && host !== "localhost") return undefined;
  if (host !== name) return openPrefix(host.replace(/\.$/, ""), tail);
  const message = `${quote(name)} alone is the Docker Hub repository ${quote(`docker.io/library/${name}`)}, not a host`;
  const isPort = /^:[0-9]+$/.test(tail);
  const suggestion = tail === "" || isPort ? `${name}${tail}/**` : `docker.io/library/${name}${tail}`;
  return { mistake: "host-alone", at: name.length, message, suggestion };
}

function openPrefix(host: string, tail: string): Mistake {
  const message = `a prefix ends anywhere: ${quote(`${host}*`)} would have admitted ${quote(`${host}.evil.example/app`)}`;
  return { mistake: "open-prefix", at: host.length, message, suggestion: `${host}/**${tail}` };
}

function anyHost({ name, tail, first }: Cut): Mistake | undefined {
  const host = first === "**" ? undefined : /^[*.]*\*[*.]*(:.*)?$/.exec(first);
  if (host === undefined || host === null) return undefined;
  const rest = name.slice(first.length);
  const message = `${quote(first)} as the first component names no host; a pattern begins with a host or with "**"`;
  const suggestion = host[1] === undefined ? `**${rest === "/**" ? "" : rest}${tail}` : undefined;
  return { mistake: "any-host", at: 0, message, suggestion };
}

/** The last label says whose host it is; even that of an IPv4 address, as `10.0.0.*` is also `10.0.0.com`. */
function openHost({ first, text }: Cut): Mistake | undefined {
  const host = nameOfHost(first);
  const lastLabel = host.lastIndexOf(".") + 1;
  const at = host.indexOf("*", lastLabel);
  if (at === -1) return undefined;
  if (lastLabel === 0 && host.replaceAll("*", "") !== "localhost") return undefined;
  const foreign = `${host.slice(0, lastLabel).replaceAll("*", "a")}${host.slice(lastLabel).replaceAll("*", "evil")}/app`;
  const message = `the end of a host must not be open: ${quote(first)} would admit ${quote(foreign)}`;
  const closed = `${host.slice(0, lastLabel)}${host.slice(lastLabel).replaceAll("*", "")}`;
  return { mistake: "open-prefix", at, message, suggestion: `${closed}${text.slice(host.length)}` };
}

function portWildcard({ first }: Cut): Mistake | undefined {
  const colon = first.indexOf(first.startsWith("[") ? "]:" : ":");
  const at = colon === -1 ? -1 : first.indexOf("*", colon);
  if (at === -1) return undefined;
  return { mistake: "port-wildcard", at, message: '"*" cannot stand in a port; write one pattern for each port', suggestion: undefined };
}
