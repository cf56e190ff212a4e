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
  readonly host: string | null;
}

type Check = (cut: Cut) => Mistake | undefined;

const checks: readonly Check[] = [tagAndDigest, digestWildcard, doubleStar, hostAlone, anyHost, openHost, portWildcard];

/** The first thing a pattern says that a reader could take for something else, although the grammar may accept it. */
export function findPatternMistake(text: string, parts: Parts): Mistake | undefined {
  const { hostEnd, pathEnd } = parts;
  const host = hostEnd === -1 ? null : text.slice(0, hostEnd);
  const cut = { text, parts, host, name: text.slice(0, pathEnd), tail: text.slice(pathEnd) };
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
  return {
    mistake: "digest-wildcard",
    at,
    message: '"*" cannot stand in a digest; a pattern without one matches any digest',
    suggestion: name,
  };
}

function doubleStar({ text, name, tail }: Cut): Mistake | undefined {
  const opening = name.startsWith("**/") || name === "**" ? 2 : 0;
  const closing = opening === 0 && name.endsWith("/**") ? name.length - 2 : name.length;
  const inner = name.slice(opening, closing);
  const at = inner.includes("**") ? opening + inner.indexOf("**") : tail.includes("**") ? name.length + tail.indexOf("**") : -1;
  if (at === -1) return undefined;
  const message = '"**" is whole components and stands first or last, not both; "*" is part of one component';
  const single = (part: string): string => part.replace(/\*{2,}/g, "*");
  return {
    mistake: "double-star",
    at,
    message,
    suggestion: `${text.slice(0, opening)}${single(inner)}${name.slice(closing)}${single(tail)}`,
  };
}

/** One component that looks like a host would be a Docker Hub repository: nobody who writes it means that. */
function hostAlone({ name, tail }: Cut): Mistake | undefined {
  const bare = name.replace(/\*+$/, "");
  if (name.includes("/") || !(bare.includes(".") || bare === "localhost")) return undefined;
  if (bare !== name) return openPrefix(bare, tail);
  const isPort = /^:[0-9]+$/.test(tail);
  const message = `${quote(name)} alone is the Docker Hub repository "docker.io/library/${name}", not a host; name its images or "**"`;
  const suggestion = tail === "" || isPort ? `${name}${tail}/**` : `docker.io/library/${name}${tail}`;
  return { mistake: "host-alone", at: name.length, message, suggestion };
}

function openPrefix(host: string, tail: string): Mistake {
  const foreign = `${host.replace(/\.$/, "")}.evil.example/app`;
  const message = `a prefix ends anywhere: ${quote(`${host}*`)} would have admitted ${quote(foreign)}`;
  return { mistake: "open-prefix", at: host.length, message, suggestion: `${host.replace(/\.$/, "")}/**${tail}` };
}

function anyHost({ name, tail, host }: Cut): Mistake | undefined {
  const first = host ?? name.split("/", 1)[0] ?? "";
  if (first === "**" || !/^[*.]*\*[*.]*(?::[0-9]*)?$/.test(first)) return undefined;
  const rest = name.slice(first.length);
  const message = `${quote(first)} as the first component names no host`;
  return { mistake: "any-host", at: 0, message, suggestion: `${rest === "/**" ? "**" : `**${rest}`}${tail}` };
}

function openHost({ host, name, text }: Cut): Mistake | undefined {
  const first = host ?? name.split("/", 1)[0] ?? "";
  const labels = first.replace(/:[^\]]*$/, "").split(".");
  const last = labels.at(-1) ?? "";
  const isLocalhost = first !== "localhost" && labels[0]?.replaceAll("*", "") === "localhost";
  if (!last.includes("*") || isNumeric(labels) || !(labels.length > 1 || isLocalhost)) return undefined;
  const hostname = labels.join(".");
  const at = hostname.indexOf("*", hostname.length - last.length);
  const foreign = `${hostname.slice(0, -last.length)}${last.replaceAll("*", last === "*" ? "evil" : "-evil")}/app`.replaceAll("*", "a");
  const message = `the end of a host must not be open: ${quote(first)} admits ${quote(foreign)}`;
  const closed = last === "*" ? undefined : `${hostname.slice(0, -last.length)}${last.replaceAll("*", "")}${text.slice(hostname.length)}`;
  return { mistake: "open-prefix", at, message, suggestion: closed };
}

/** An IPv4 address with wildcards: its last label is not the one that says whose host it is. */
function isNumeric(labels: readonly string[]): boolean {
  return labels.length === 4 && labels.every((label) => /^[0-9*]+$/.test(label)) && /^[0-9]+$/.test(labels[0] ?? "");
}

function portWildcard({ host }: Cut): Mistake | undefined {
  const at = host === null ? -1 : (/:[0-9*]*\*[0-9*]*$/.exec(host)?.index ?? -1);
  if (at === -1) return undefined;
  return { mistake: "port-wildcard", at, message: '"*" cannot stand in a port; write one pattern for each port', suggestion: undefined };
}
