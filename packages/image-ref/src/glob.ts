import { element } from "./element.ts";

/** Whether `text` is `pattern` with each `*` replaced by any run of characters, the empty one too. */
export function matchesGlob(pattern: string, text: string): boolean {
  const first = pattern.indexOf("*");
  if (first === -1) return pattern === text;
  const last = pattern.lastIndexOf("*");
  const tail = pattern.slice(last + 1);
  const room = text.length - tail.length;
  if (!text.startsWith(pattern.slice(0, first)) || !text.endsWith(tail)) return false;
  // The earliest place for each literal leaves the most room for the rest, so nothing has to be tried twice.
  let at = first;
  for (const literal of pattern.slice(first, last).split("*")) {
    const found = text.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return at <= room;
}

/** The same for texts of parts joined by `separator`, which `*` never crosses. */
export function matchesParts(pattern: string, text: string, separator: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const texts = text.split(separator);
  const globs = pattern.split(separator);
  return globs.length === texts.length && globs.every((glob, index) => matchesGlob(glob, element(texts, index)));
}
