import type { ReferencePattern } from "./reference-pattern.ts";

/** How many characters of a label, component or tag stand before its first `*` and behind its last. */
export interface Mask {
  readonly prefix: number;
  readonly suffix: number;
  /** Whether there are several `*`: what stands between them is not in the key, and has to be checked apart. */
  readonly isPartial: boolean;
}

/** The mask of each label or component, null where it has no `*`. */
export type Masks = readonly (Mask | null)[];

/**
 * Where the wildcards of a pattern stand. Patterns of one shape differ in their literal text only, so one look-up finds the one
 * that matches: masked at the places of the shape, a reference has the same key as every pattern of that shape it matches.
 */
export interface PatternShape {
  readonly host: "any" | "literal" | Masks;
  readonly path: "literal" | Masks;
  /** Components written before or behind `**`, or in all. */
  readonly depth: number;
  readonly isOpenEnded: boolean;
  readonly tail: "none" | "digest" | "tag" | Mask;
  /** Whether any mask is partial. */
  readonly isPartial: boolean;
}

/** A text that is equal for patterns of one shape. */
export function describeShape({ host, path, isOpenEnded, tag, digest }: ReferencePattern): string {
  const kind = host === null ? `a${countParts(path)}` : isOpenEnded ? `o${countParts(path)}` : "e";
  const tail = tag !== null ? `:${describeMasks(tag, ":")}` : digest === null ? "" : "@";
  return `${kind} ${host === null ? "" : describeMasks(host, ".")} ${describeMasks(path, "/")} ${tail}`;
}

function describeMasks(text: string, separator: string): string {
  if (!text.includes("*")) return "";
  return masksOf(text, separator)
    .map((mask) => (mask === null ? "-" : `${mask.prefix}*${mask.isPartial ? "*" : ""}${mask.suffix}`))
    .join();
}

export function shapeOf({ host, path, isOpenEnded, tag, digest }: ReferencePattern): PatternShape {
  const hostMasks = host === null ? [] : masksOf(nameOfHost(host), ".");
  const pathMasks = masksOf(path, "/");
  const tagMask = tag === null ? null : maskOf(tag);
  return {
    host: host === null ? "any" : orLiteral(hostMasks),
    path: orLiteral(pathMasks),
    depth: countParts(path),
    isOpenEnded: isOpenEnded && host !== null,
    tail: tag !== null ? (tagMask ?? "tag") : digest === null ? "none" : "digest",
    isPartial: [...hostMasks, ...pathMasks, tagMask].some((mask) => mask?.isPartial),
  };
}

function countParts(path: string): number {
  if (path === "") return 0;
  let count = 1;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) count++;
  return count;
}

function orLiteral(masks: Masks): "literal" | Masks {
  return masks.every((mask) => mask === null) ? "literal" : masks;
}

function masksOf(text: string, separator: string): Masks {
  return text.split(separator).map(maskOf);
}

function maskOf(part: string): Mask | null {
  const first = part.indexOf("*");
  const last = part.lastIndexOf("*");
  return first === -1 ? null : { prefix: first, suffix: part.length - last - 1, isPartial: last !== first };
}

/** A host without its port, which has no wildcards. */
export function nameOfHost(host: string): string {
  const colon = host.indexOf(":");
  return colon === -1 || host.startsWith("[") ? host : host.slice(0, colon);
}
