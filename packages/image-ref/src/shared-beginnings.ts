import { beginsLike, type KeyPool, type SharedBeginning } from "./key-pool.ts";
import type { KeyWriter } from "./key-writer.ts";

/** How many beginnings are remembered; a power of two. */
const recentSize = 4096;
/** A reference takes five bytes, and has one for the length. */
const minLength = 6;
const maxLength = 255;

const slash = "/".charCodeAt(0);
const atSign = "@".charCodeAt(0);
const star = "*".charCodeAt(0);

/** Finds, for the keys of one pool, recent ones that begin alike; long lists name few hosts and accounts many times. */
export interface SharedBeginnings {
  /** What a key can share; undefined if it has to be stored whole, and then `remember` makes it a source for others. */
  readonly find: (key: KeyWriter) => SharedBeginning | undefined;
  readonly remember: (offset: number) => void;
}

export function createSharedBeginnings(pool: KeyPool): SharedBeginnings {
  const recent = new DataView(new ArrayBuffer(4 * recentSize));
  let place = 0;

  function find(key: KeyWriter): SharedBeginning | undefined {
    const { length, hash } = beginningOf(key);
    place = 4 * (hash & (recentSize - 1));
    const known = recent.getUint32(place);
    if (known === 0 || length < minLength) return undefined;
    const shared = { offset: known - 1, length };
    return beginsLike(pool, key, shared) ? shared : undefined;
  }

  return { find, remember: (offset) => recent.setUint32(place, offset + 1) };
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
