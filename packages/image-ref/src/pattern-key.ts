import { nameOfHost } from "./hosts.ts";
import { appendDigest, appendText, beginKey, type KeyWriter } from "./key-writer.ts";
import type { Mask, Masks, PatternShape } from "./pattern-shape.ts";

/** What a key is made of: a pattern, with some component for `**` where that stands last, or a spelling of a reference. */
export interface KeySource {
  readonly host: string | null;
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** Part of a text. */
interface Range {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Writes the key of a source, masked by a shape; false when the source does not have that shape, so that none can match. */
export function writeKey(key: KeyWriter, shape: PatternShape, source: KeySource): boolean {
  beginKey(key);
  return writeHost(key, shape, source.host) && writePath(key, shape, source.path) && writeTail(key, shape, source);
}

function writeHost(key: KeyWriter, { host: masks }: PatternShape, host: string | null): boolean {
  if (masks === "any" || host === null) return appendText(key, "**");
  if (masks === "literal") return appendText(key, host);
  if (host.startsWith("[")) return false;
  const { length } = nameOfHost(host);
  return writeMasked(key, masks, { text: host, start: 0, end: length }, ".") && appendText(key, host, length);
}

function writePath(key: KeyWriter, shape: PatternShape, path: string): boolean {
  if (shape.depth === 0) return !shape.isOpenEnded || appendText(key, "/**");
  const range = pathRange(shape, path);
  if (range === undefined || !appendText(key, "/")) return false;
  const isWritten = shape.path === "literal" ? appendText(key, path, range.start, range.end) : writeMasked(key, shape.path, range, "/");
  return isWritten && (!shape.isOpenEnded || appendText(key, "/**"));
}

/** The components a shape speaks of: all, the first or the last; undefined if there are too few. */
function pathRange({ host, depth, isOpenEnded }: PatternShape, text: string): Range | undefined {
  const start = host === "any" ? lastComponents(text, depth) : 0;
  const end = isOpenEnded ? firstComponentsEnd(text, depth) : text.length;
  return start === -1 || end === -1 ? undefined : { text, start, end };
}

/** Where the last `count` components begin; -1 if there are fewer. */
function lastComponents(path: string, count: number): number {
  let start = path.length + 1;
  for (let found = 0; found < count; found++) {
    if (start === 0) return -1;
    start = path.lastIndexOf("/", start - 2) + 1;
  }
  return start;
}

/** Where the first `count` components end; -1 if nothing follows them. */
function firstComponentsEnd(path: string, count: number): number {
  let end = -1;
  for (let found = 0; found < count; found++) {
    end = path.indexOf("/", end + 1);
    if (end === -1) return -1;
  }
  return end;
}

function writeTail(key: KeyWriter, { tail }: PatternShape, { tag, digest }: KeySource): boolean {
  if (tail === "none") return true;
  if (tail === "digest") return digest !== null && appendText(key, "@") && appendDigest(key, digest);
  if (tag === null || !appendText(key, ":")) return false;
  return tail === "tag" ? appendText(key, tag) : writePart(key, tail, { text: tag, start: 0, end: tag.length });
}

/** Writes parts joined by a separator, each masked; false unless there are as many parts as masks. */
function writeMasked(key: KeyWriter, masks: Masks, { text, start, end }: Range, separator: string): boolean {
  let at = start;
  for (const mask of masks) {
    if (at > end) return false;
    const found = text.indexOf(separator, at);
    const stop = found === -1 || found > end ? end : found;
    if (!writePart(key, mask, { text, start: at, end: stop }) || !appendText(key, separator)) return false;
    at = stop + 1;
  }
  return at > end;
}

function writePart(key: KeyWriter, mask: Mask | null, { text, start, end }: Range): boolean {
  if (mask === null) return appendText(key, text, start, end);
  const { prefix, suffix, isPartial } = mask;
  return (
    end - start >= prefix + suffix &&
    appendText(key, text, start, start + prefix) &&
    appendText(key, isPartial ? "**" : "*") &&
    appendText(key, text, end - suffix, end)
  );
}
