import { allocateBytes } from "./key-bytes.ts";

/** Longer than any pattern: a host of 253 characters and a port, a path of 255, a tag of 128. */
export const maxKeyLength = 1024;

/**
 * A key under construction, one byte per character. One buffer serves all keys, as each is used before the next is begun. A text
 * that does not fit makes no key: no pattern is that long, so none can match.
 */
export interface KeyWriter {
  readonly bytes: DataView;
  length: number;
}

export function createKeyWriter(): KeyWriter {
  // Room behind the longest key, as hashes are taken of whole words.
  return { bytes: allocateBytes(maxKeyLength + 4), length: 0 };
}

export function beginKey(key: KeyWriter): void {
  key.length = 0;
}

/** Adds `text`, which is ASCII, from `start` to `end`; false when it does not fit. */
export function appendText(key: KeyWriter, text: string, start = 0, end = text.length): boolean {
  const { bytes } = key;
  let { length } = key;
  if (length + end - start > maxKeyLength) return false;
  for (let at = start; at < end; at++) bytes.setUint8(length++, text.charCodeAt(at));
  key.length = length;
  return true;
}

const sha256 = "sha256:";
/** Stands for `sha256:`; no other algorithm begins like it. */
const sha256Mark = 0;

/** Adds a digest as its algorithm and raw bytes, half as long as its text; false when it does not fit. */
export function appendDigest(key: KeyWriter, digest: string): boolean {
  if (key.length + digest.length > maxKeyLength) return false;
  const { bytes } = key;
  const hex = digest.indexOf(":") + 1;
  if (digest.startsWith(sha256)) bytes.setUint8(key.length++, sha256Mark);
  else appendText(key, digest, 0, hex);
  let { length } = key;
  for (let at = hex; at < digest.length; at += 2) {
    bytes.setUint8(length++, (hexValue(digest.charCodeAt(at)) << 4) | hexValue(digest.charCodeAt(at + 1)));
  }
  key.length = length;
  return true;
}

/** Of `0`–`9` and `a`–`f`, which is all that a digest holds. Without a branch: no processor guesses the digits of a digest. */
function hexValue(code: number): number {
  return (code & 15) + 9 * (code >>> 6);
}

/** 32 bits that depend on all of a key. Not on a secret: equal hashes never stand for equal keys. */
export function hashKey({ bytes, length }: KeyWriter): number {
  bytes.setUint32(length, 0);
  let hash = length;
  for (let at = 0; at < length; at += 4) {
    hash = Math.imul(hash ^ bytes.getUint32(at), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
