import { element } from "./element.ts";
import { createKeyBeginnings, type KeyBeginnings, storeBeginning } from "./key-beginnings.ts";
import { allocateBytes, copyBytes, resizeBytes } from "./key-bytes.ts";
import { hashKey, type KeyWriter } from "./key-writer.ts";

/** Of a full block. Only the first one grows by copying, so no addition holds the event loop. */
const blockSize = 1 << 18;
/** Enough for the longest record. */
const firstBlockSize = 2048;

/** Of a record: four bytes of hash and two of header stand before what `payloadSize` counts. */
export const payloadAt = 6;
/** Set in the header, beside the length of the text, if before the text stand three bytes with the offset of its beginning. */
const beginningFlag = 0x8000;
const beginningSize = 3;

/** A run of records, which never cross from one block into the next. */
interface Block {
  readonly bytes: DataView;
  used: number;
}

/** Keys in the order in which they were added, until they are arranged in a table. */
export interface KeyPool {
  readonly blocks: Block[];
  readonly beginnings: KeyBeginnings;
  count: number;
  /** Bytes of all payloads together. */
  size: number;
}

export function createKeyPool(): KeyPool {
  return { blocks: [{ bytes: allocateBytes(firstBlockSize), used: 0 }], beginnings: createKeyBeginnings(), count: 0, size: 0 };
}

export function storeKey(pool: KeyPool, key: KeyWriter): void {
  const beginning = storeBeginning(pool.beginnings, key);
  const from = beginning === undefined ? 0 : beginning.length;
  const rest = key.length - from;
  const header = beginning === undefined ? rest : rest | beginningFlag;
  const size = payloadAt + payloadSize(header);
  const { bytes, used: at } = reserve(pool, size);
  bytes.setUint32(at, hashKey(key));
  bytes.setUint16(at + 4, header);
  if (beginning !== undefined) setUint24(bytes, at + payloadAt, beginning.offset);
  copyBytes({ bytes: key.bytes, at: from }, { bytes, at: at + size - rest }, rest);
  pool.count++;
  pool.size += size - payloadAt;
}

/** Where `size` bytes can be written. */
function reserve({ blocks }: KeyPool, size: number): { readonly bytes: DataView; readonly used: number } {
  let block = element(blocks, blocks.length - 1);
  const { bytes, used } = block;
  if (used + size > bytes.byteLength) {
    const isSmall = bytes.byteLength < blockSize;
    block = isSmall ? { bytes: resizeBytes(bytes, 2 * bytes.byteLength), used } : { bytes: allocateBytes(blockSize), used: 0 };
    if (isSmall) blocks.pop();
    blocks.push(block);
  }
  const place = { bytes: block.bytes, used: block.used };
  block.used += size;
  return place;
}

/** Gives back the memory of a pool that is not used any more, whoever still holds it. */
export function releasePool({ blocks, beginnings }: KeyPool): void {
  blocks.length = 0;
  beginnings.offsets.clear();
}

export function hashAt(bytes: DataView, at: number): number {
  return bytes.getUint32(at);
}

export function headerAt(bytes: DataView, at: number): number {
  return bytes.getUint16(at + 4);
}

export function hasBeginning(header: number): boolean {
  return (header & beginningFlag) !== 0;
}

/** How much of the text stands in the record. */
export function restLength(header: number): number {
  return header & ~beginningFlag;
}

/** Bytes behind the header: the offset of the beginning, if there is one, and the text. */
export function payloadSize(header: number): number {
  return hasBeginning(header) ? beginningSize + restLength(header) : header;
}

function setUint24(bytes: DataView, at: number, value: number): void {
  bytes.setUint8(at, value >>> 16);
  bytes.setUint16(at + 1, value & 0xffff);
}

export function getUint24(bytes: DataView, at: number): number {
  return (bytes.getUint8(at) << 16) | bytes.getUint16(at + 1);
}
