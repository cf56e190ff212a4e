import { nameOfHost } from "./hosts.ts";
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

/** Finds the shape of each pattern of a list; one object for all patterns that share it. */
export interface ShapeRegistry {
  readonly shapeFor: (pattern: ReferencePattern) => PatternShape;
  /** In the order in which they were met. */
  readonly shapes: readonly PatternShape[];
}

export function createShapeRegistry(): ShapeRegistry {
  const shapes: PatternShape[] = [];
  const plain = new Map<number, PatternShape>();
  const masked = new Map<string, PatternShape>();

  function known<K>(map: Map<K, PatternShape>, name: K, pattern: ReferencePattern): PatternShape {
    const found = map.get(name);
    if (found !== undefined) return found;
    const shape = shapeOf(pattern);
    map.set(name, shape);
    shapes.push(shape);
    return shape;
  }

  const shapeFor = (pattern: ReferencePattern): PatternShape => {
    const reach = reachOf(pattern);
    const masks = describeMasks(pattern);
    return masks === "" ? known(plain, reach, pattern) : known(masked, `${masks}${reach}`, pattern);
  };
  return { shapeFor, shapes };
}

/** A number that is equal for patterns of one shape, as far as their wildcards within components do not matter. */
function reachOf({ host, path, isOpenEnded, tag, digest }: ReferencePattern): number {
  const tail = tag !== null ? 2 : digest !== null ? 1 : 0;
  if (host !== null && !isOpenEnded) return tail;
  return 3 * (2 * countParts(path) + (host === null ? 1 : 2)) + tail;
}

/** A text that is equal for patterns whose `*` within components stand at the same places. */
function describeMasks({ host, path, tag }: ReferencePattern): string {
  let masks = "";
  if (host?.includes("*") === true) masks += `${describeParts(nameOfHost(host), ".")}h`;
  if (path.includes("*")) masks += `${describeParts(path, "/")}p`;
  if (tag?.includes("*") === true) masks += `${describeParts(tag, ":")}t`;
  return masks;
}

/** For each part with `*` its place and mask; then, as a mask says nothing about the parts behind it, how many there are. */
function describeParts(text: string, separator: string): string {
  let description = "";
  let part = 0;
  for (let start = 0; start <= text.length; part++) {
    const found = text.indexOf(separator, start);
    const end = found === -1 ? text.length : found;
    const first = text.indexOf("*", start);
    if (first !== -1 && first < end) {
      const last = text.lastIndexOf("*", end);
      description += `${part}:${first - start}${last === first ? "*" : "**"}${end - last - 1},`;
    }
    start = end + 1;
  }
  return description + part;
}

function shapeOf({ host, path, isOpenEnded, tag, digest }: ReferencePattern): PatternShape {
  const hostMasks = host === null ? [] : masksOf(nameOfHost(host), ".");
  const pathMasks = masksOf(path, "/");
  const tagMask = tag === null ? null : maskOf(tag);
  return {
    host: host === null ? "any" : orLiteral(hostMasks),
    path: orLiteral(pathMasks),
    depth: countParts(path),
    isOpenEnded: isOpenEnded && host !== null,
    tail: tag !== null ? (tagMask ?? "tag") : digest === null ? "none" : "digest",
    isPartial: [...hostMasks, ...pathMasks, tagMask].some((mask) => mask?.isPartial === true),
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
