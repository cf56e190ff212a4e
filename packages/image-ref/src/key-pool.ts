import { element } from "./element.ts";
import { appendBytes, beginKey, type KeyWriter } from "./key-writer.ts";

const blockBits = 18;
/** Of a full block. Only the first one grows by copying, so no addition holds the event loop. */
const blockSize = 1 << blockBits;
/** Enough for the longest record. */
const firstBlockSize = 2048;

/** Before each text: two bytes for the place among the records of its block, two for length and flag. */
const headerSize = 4;
const sharedFlag = 0x8000;
/** Of a reference to the beginning of another record: four bytes for its offset, one for how much of it. */
const sharedSize = 5;

/** A run of records, which never cross from one block into the next. */
interface Block {
  readonly bytes: DataView;
  /** How many keys stand in the blocks before. */
  readonly firstOrdinal: number;
  used: number;
}

/**
 * Keys, one after the other in blocks of bytes. A key may begin with a reference to the beginning of an earlier one (the same
 * host, say) instead of the text. An offset names a record over all blocks.
 */
export interface KeyPool {
  readonly blocks: Block[];
  count: number;
}

/** How a key begins: like the first `length` bytes of the record at `offset`, which refers to no other. */
export interface SharedBeginning {
  readonly offset: number;
  readonly length: number;
}

export function createKeyPool(): KeyPool {
  return { blocks: [{ bytes: allocate(firstBlockSize), firstOrdinal: 0, used: 0 }], count: 0 };
}

function allocate(size: number): DataView {
  return new DataView(new ArrayBuffer(size));
}

/** Adds a key and tells where it stands. */
export function storeKey(pool: KeyPool, key: KeyWriter, shared: SharedBeginning | undefined): number {
  const from = shared === undefined ? 0 : shared.length;
  const textAt = shared === undefined ? headerSize : headerSize + sharedSize;
  const offset = reserve(pool, textAt + key.length - from);
  const { bytes, firstOrdinal } = blockOf(pool, offset);
  const at = placeOf(offset);
  bytes.setUint16(at, pool.count - firstOrdinal);
  bytes.setUint16(at + 2, shared === undefined ? key.length : key.length | sharedFlag);
  if (shared !== undefined) {
    bytes.setUint32(at + 4, shared.offset);
    bytes.setUint8(at + 8, shared.length);
  }
  for (let index = from; index < key.length; index++) bytes.setUint8(at + textAt + index - from, key.bytes.getUint8(index));
  pool.count++;
  return offset;
}

function reserve(pool: KeyPool, size: number): number {
  const last = pool.blocks.length - 1;
  const { bytes, used, firstOrdinal } = element(pool.blocks, last);
  if (used + size > bytes.byteLength && bytes.byteLength < blockSize) {
    const larger = allocate(2 * bytes.byteLength);
    new Uint8Array(larger.buffer).set(new Uint8Array(bytes.buffer));
    pool.blocks[last] = { bytes: larger, used, firstOrdinal };
  } else if (used + size > bytes.byteLength) {
    pool.blocks.push({ bytes: allocate(blockSize), firstOrdinal: pool.count, used: 0 });
  }
  const block = element(pool.blocks, pool.blocks.length - 1);
  const place = block.used;
  block.used += size;
  return (((pool.blocks.length - 1) << blockBits) | place) >>> 0;
}

/** Gives back the room behind the last record. No key can be added any more. */
export function closePool(pool: KeyPool): void {
  const last = pool.blocks.length - 1;
  const { bytes, used, firstOrdinal } = element(pool.blocks, last);
  pool.blocks[last] = { bytes: new DataView(bytes.buffer.slice(0, used)), used, firstOrdinal };
}

/** Whether the record at `offset` is this key. Compares the bytes: anybody can make keys whose hashes are equal. */
export function holdsKey(pool: KeyPool, offset: number, key: KeyWriter): boolean {
  const { bytes } = blockOf(pool, offset);
  const at = placeOf(offset);
  const header = bytes.getUint16(at + 2);
  if ((header & ~sharedFlag) !== key.length) return false;
  if (header === key.length) return isEqual(key, { from: 0, to: key.length }, { bytes, at: at + headerSize });
  const shared = sharedBeginning(bytes, at);
  const rest = { bytes, at: at + headerSize + sharedSize };
  return isEqual(key, { from: shared.length, to: key.length }, rest) && beginsLike(pool, key, shared);
}

/** Whether a key begins as told. */
export function beginsLike(pool: KeyPool, key: KeyWriter, { offset, length }: SharedBeginning): boolean {
  const { bytes } = blockOf(pool, offset);
  const at = placeOf(offset);
  return bytes.getUint16(at + 2) >= length && isEqual(key, { from: 0, to: length }, { bytes, at: at + headerSize });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Place {
  readonly bytes: DataView;
  readonly at: number;
}

/** Whether part of a key is what stands at a place. */
function isEqual(key: KeyWriter, { from, to }: Range, { bytes, at }: Place): boolean {
  for (let index = from; index < to; index++) {
    if (key.bytes.getUint8(index) !== bytes.getUint8(at + index - from)) return false;
  }
  return true;
}

/** Makes `key` the key at `offset`, hash included, and tells where the record behind it begins. */
export function loadKey(pool: KeyPool, offset: number, key: KeyWriter): number {
  const { bytes } = blockOf(pool, offset);
  const at = placeOf(offset);
  const header = bytes.getUint16(at + 2);
  const length = header & ~sharedFlag;
  beginKey(key);
  if (header === length) {
    appendBytes(key, bytes, at + headerSize, at + headerSize + length);
    return offset + headerSize + length;
  }
  const shared = sharedBeginning(bytes, at);
  const source = placeOf(shared.offset) + headerSize;
  const size = headerSize + sharedSize + length - shared.length;
  appendBytes(key, blockOf(pool, shared.offset).bytes, source, source + shared.length);
  appendBytes(key, bytes, at + headerSize + sharedSize, at + size);
  return offset + size;
}

function sharedBeginning(bytes: DataView, at: number): SharedBeginning {
  return { offset: bytes.getUint32(at + headerSize), length: bytes.getUint8(at + headerSize + 4) };
}

/** How many keys were added before the one at `offset`. */
export function ordinalAt(pool: KeyPool, offset: number): number {
  const { bytes, firstOrdinal } = blockOf(pool, offset);
  return firstOrdinal + bytes.getUint16(placeOf(offset));
}

/** Where the records of each block begin and end. */
export function blockRanges({ blocks }: KeyPool): readonly Range[] {
  return blocks.map(({ used }, index) => ({ from: index << blockBits, to: (index << blockBits) + used }));
}

/** Memory held, in bytes. */
export function poolBytes({ blocks }: KeyPool): number {
  return blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

function blockOf({ blocks }: KeyPool, offset: number): Block {
  return element(blocks, offset >>> blockBits);
}

function placeOf(offset: number): number {
  return offset & (blockSize - 1);
}
