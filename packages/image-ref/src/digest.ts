/** Algorithms that `opencontainers/go-digest` registers, and how many lower-case hex digits follow each. */
const hexLengths: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** The algorithms a digest may name, for messages. */
export const digestAlgorithms: readonly string[] = [...hexLengths.keys()];

/** Whether the text from `start` to its end is a digest with a registered algorithm. */
export function isDigest(text: string, start: number): boolean {
  const colon = text.indexOf(":", start);
  const length = hexLengths.get(text.slice(start, colon));
  return length !== undefined && text.length - colon - 1 === length && hexEnd(text, colon + 1) === text.length;
}

/** Whether the text from `start` on is shaped like a digest, whose algorithm no runtime knows. */
export function isUnknownAlgorithm(text: string, start: number): boolean {
  const shape = /^([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):/.exec(text.slice(start));
  return shape?.[1] !== undefined && !hexLengths.has(shape[1]);
}

/** Offset of the first character from `start` on that is no lower-case hex digit. */
export function hexEnd(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return at;
  }
  return at;
}

/** Whether a text without host or path is what runtimes take for the ID of a local image: a digest, or 64 hex digits. */
export function isImageId(text: string): boolean {
  return text.length >= 64 && (isDigest(text, 0) || (text.length === 64 && hexEnd(text, 0) === 64));
}
