/** Longer than any pattern: a host of 253 characters and a port, a path of 255, a tag of 128. */
export const maxKeyLength = 1024;

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * A key under construction, one byte per character, with its hash (FNV-1a). One buffer serves all keys, as each is used before
 * the next is begun. A text that does not fit makes no key: no pattern is that long, so none can match.
 */
export interface KeyWriter {
  readonly bytes: DataView;
  length: number;
  hash: number;
}

export function createKeyWriter(): KeyWriter {
  return { bytes: new DataView(new ArrayBuffer(maxKeyLength)), length: 0, hash: 0 };
}

export function beginKey(key: KeyWriter): void {
  key.length = 0;
  key.hash = offsetBasis;
}

/** Adds `text`, which is ASCII, from `start` to `end`; false when it does not fit. */
export function appendText(key: KeyWriter, text: string, start = 0, end = text.length): boolean {
  const { bytes } = key;
  if (key.length + end - start > maxKeyLength) return false;
  let { hash, length } = key;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    bytes.setUint8(length++, code);
    hash = Math.imul(hash ^ code, prime);
  }
  key.length = length;
  key.hash = hash;
  return true;
}

/** Adds bytes that came out of a key. */
export function appendBytes(key: KeyWriter, from: DataView, start: number, end: number): void {
  let { hash, length } = key;
  for (let at = start; at < end; at++) {
    const byte = from.getUint8(at);
    key.bytes.setUint8(length++, byte);
    hash = Math.imul(hash ^ byte, prime);
  }
  key.length = length;
  key.hash = hash;
}

/** Adds a digest as its algorithm and raw bytes, half as long as its text; false when it does not fit. */
export function appendDigest(key: KeyWriter, digest: string): boolean {
  const hex = digest.indexOf(":") + 1;
  if (key.length + digest.length > maxKeyLength) return false;
  appendText(key, digest, 0, hex);
  let { hash, length } = key;
  for (let at = hex; at < digest.length; at += 2) {
    const byte = (hexValue(digest.charCodeAt(at)) << 4) | hexValue(digest.charCodeAt(at + 1));
    key.bytes.setUint8(length++, byte);
    hash = Math.imul(hash ^ byte, prime);
  }
  key.length = length;
  key.hash = hash;
  return true;
}

/** Of `0`–`9` and `a`–`f`, which is all that a digest holds. */
function hexValue(code: number): number {
  return code <= 57 ? code - 48 : code - 87;
}
