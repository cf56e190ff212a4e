import { blockRanges, closePool, holdsKey, type KeyPool, loadKey, poolBytes } from "./key-pool.ts";
import type { KeyWriter } from "./key-writer.ts";

/** Of all slots, at most so many are used: more make look-ups slow, fewer cost memory. */
const maxLoad = 0.7;

/** Of a slot: one of the hash, which is 0 where the slot is free, then four of the offset. */
const slotSize = 5;

/**
 * Finds keys of a pool by hash: open addressing, made for a known number of keys, so it never grows. One byte of the hash stands
 * beside each offset, so that a key that is not there hardly ever costs a look into the pool.
 */
export interface KeyTable {
  readonly pool: KeyPool;
  readonly capacity: number;
  readonly slots: DataView;
}

/** How many keys are arranged between two yields: half a millisecond of work. */
const keysPerStep = 2048;

/** Closes a pool and makes each of its keys one that is found, in steps of a millisecond or so; of equal keys, the first. */
export function* buildKeyTable(pool: KeyPool, key: KeyWriter): Generator<void, KeyTable> {
  closePool(pool);
  const capacity = Math.floor(pool.count / maxLoad) + 1;
  const table = { pool, capacity, slots: new DataView(new ArrayBuffer(slotSize * capacity)) };
  for (const { from, to } of blockRanges(pool)) {
    for (let offset = from, count = 1; offset < to; count++) {
      const next = loadKey(pool, offset, key);
      insertKey(table, offset, key);
      offset = next;
      if (count % keysPerStep === 0) yield;
    }
  }
  return table;
}

/** Offset of the record that is this key; -1 if there is none. */
export function findKey(table: KeyTable, key: KeyWriter): number {
  const slot = slotOf(table, key);
  return table.slots.getUint8(slot) === 0 ? -1 : table.slots.getUint32(slot + 1);
}

function insertKey(table: KeyTable, offset: number, key: KeyWriter): void {
  const slot = slotOf(table, key);
  if (table.slots.getUint8(slot) !== 0) return;
  table.slots.setUint8(slot, fingerprintOf(spread(key.hash)));
  table.slots.setUint32(slot + 1, offset);
}

/** Where the slot of a key begins, or the free one where it would stand. There always is a free one. */
function slotOf({ pool, capacity, slots }: KeyTable, key: KeyWriter): number {
  const hash = spread(key.hash);
  const wanted = fingerprintOf(hash);
  const end = slotSize * capacity;
  let slot = slotSize * Math.floor(((hash >>> 0) / 2 ** 32) * capacity);
  for (;;) {
    const found = slots.getUint8(slot);
    if (found === 0 || (found === wanted && holdsKey(pool, slots.getUint32(slot + 1), key))) return slot;
    slot = slot + slotSize === end ? 0 : slot + slotSize;
  }
}

/** FNV-1a leaves the high bits, which choose the slot, to the last characters; this spreads all over all. */
function spread(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

/** The low bits, as the high ones choose the slot. */
function fingerprintOf(hash: number): number {
  return (hash & 0xff) === 0 ? 1 : hash & 0xff;
}

/** Memory held with the pool, in bytes. */
export function tableBytes({ pool, slots }: KeyTable): number {
  return poolBytes(pool) + slots.byteLength;
}
