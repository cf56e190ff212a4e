import { allocateBytes, isEqualAt, resizeBytes } from "./key-bytes.ts";
import type { KeyWriter } from "./key-writer.ts";

/** So few that they stay in a cache, and an offset fits into three bytes. What begins otherwise is stored whole. */
const maxBeginnings = 4_096;
/** A reference takes three bytes. */
const minLength = 5;
const maxLength = 255;

const slash = "/".charCodeAt(0);
const atSign = "@".charCodeAt(0);
const star = "*".charCodeAt(0);

/** What keys begin with, each stored once with its length before it: long lists name few hosts and accounts many times. */
export interface KeyBeginnings {
  bytes: DataView;
  used: number;
  /** Offsets by hash. Of two with the same hash, only the first is stored. */
  readonly offsets: Map<number, number>;
}

/** The beginning of a key, and where it is stored. */
export interface StoredBeginning {
  readonly offset: number;
  readonly length: number;
}

export function createKeyBeginnings(): KeyBeginnings {
  return { bytes: allocateBytes(256), used: 0, offsets: new Map() };
}

/** Stores what a key begins with; undefined when the key had better be stored whole. */
export function storeBeginning(beginnings: KeyBeginnings, key: KeyWriter): StoredBeginning | undefined {
  const { length, hash } = beginningOf(key);
  if (length < minLength) return undefined;
  const known = beginnings.offsets.get(hash);
  if (known !== undefined) return beginsLike(beginnings.bytes, known, { key, length }) ? { offset: known, length } : undefined;
  if (beginnings.offsets.size === maxBeginnings) return undefined;
  const offset = appendBeginning(beginnings, key, length);
  beginnings.offsets.set(hash, offset);
  return { offset, length };
}

function appendBeginning(beginnings: KeyBeginnings, key: KeyWriter, length: number): number {
  const offset = beginnings.used;
  const needed = offset + 1 + length;
  if (needed > beginnings.bytes.byteLength) beginnings.bytes = resizeBytes(beginnings.bytes, 2 * needed);
  const { bytes } = beginnings;
  bytes.setUint8(offset, length);
  for (let at = 0; at < length; at++) bytes.setUint8(offset + 1 + at, key.bytes.getUint8(at));
  beginnings.used = needed;
  return offset;
}

/** Whether the beginning at an offset is what a key begins with, and as long as told. */
export function beginsLike(
  bytes: DataView,
  offset: number,
  { key, length }: { readonly key: KeyWriter; readonly length: number },
): boolean {
  return bytes.getUint8(offset) === length && isEqualAt({ bytes, at: offset + 1 }, { bytes: key.bytes, at: 0 }, length);
}

/** The host and the path but for its last component, before any digest and `**`. */
function beginningOf({ bytes, length }: KeyWriter): { readonly length: number; readonly hash: number } {
  let end = 0;
  let hash = 0;
  let running = 0;
  const limit = Math.min(length - 1, maxLength);
  for (let at = 0; at < limit; at++) {
    const byte = bytes.getUint8(at);
    if (byte === atSign) break;
    running = Math.imul(running ^ byte, 0x9e3779b1);
    if (byte !== slash || bytes.getUint8(at + 1) === star) continue;
    end = at + 1;
    hash = running ^ (running >>> 15);
  }
  return { length: end, hash };
}
