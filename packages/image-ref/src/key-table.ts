import { beginsLike } from "./key-beginnings.ts";
import { allocateBytes, copyBytes, isEqualAt, type Place, resizeBytes } from "./key-bytes.ts";
import { getUint24, hasBeginning, hashAt, headerAt, type KeyPool, payloadAt, payloadSize, releasePool, restLength } from "./key-pool.ts";
import { hashKey, type KeyWriter } from "./key-writer.ts";

/** Keys per bucket, at most, on average; at least half as many. */
const bucketKeys = 4;

/** Of a bucket: four bytes that say where its records begin, and four with a bit set for the hash of each of its keys. */
const bucketSize = 8;

/** Before the payload of a record: two bytes of its header in the pool, one of the hash, four of the ordinal. */
const headerSize = 7;
/** Behind the last record of a bucket. No key is empty, so no header is 0. */
const endSize = 2;

/** How many keys are arranged between two yields: half a millisecond of work. */
const keysPerStep = 2048;

/**
 * Finds keys by hash. What costs time in a long list is waiting for memory that is in no cache, so there is little to wait for:
 * the buckets are small enough to stay in a cache, and nearly always tell that a key is not there; the records of one stand side
 * by side, in one cache line or two; and the beginnings they share are few.
 */
export interface KeyTable {
  readonly shift: number;
  readonly buckets: DataView<ArrayBuffer>;
  readonly records: DataView<ArrayBuffer>;
  readonly beginnings: DataView<ArrayBuffer>;
}

/** Arranges the keys of a pool, in steps of a millisecond or so. Of equal keys only the first is found. */
export function* buildKeyTable(pool: KeyPool): Generator<void, KeyTable> {
  const bits = Math.max(1, Math.ceil(Math.log2(pool.count / bucketKeys)));
  const { bytes, used } = pool.beginnings;
  const table: KeyTable = {
    shift: 32 - bits,
    buckets: allocateBytes(bucketSize * 2 ** bits),
    records: allocateBytes(pool.size + headerSize * pool.count + endSize * 2 ** bits),
    beginnings: resizeBytes(bytes, used),
  };
  yield* visitRecords(pool, (record) => countRecord(table, record));
  placeBuckets(table);
  yield* visitRecords(pool, (record, ordinal) => insertRecord(table, record, ordinal));
  releasePool(pool);
  return table;
}

function* visitRecords({ blocks }: KeyPool, visit: (record: Place, ordinal: number) => void): Generator<void> {
  let ordinal = 0;
  for (const { bytes, used } of blocks) {
    for (let at = 0; at < used; at += payloadAt + payloadSize(headerAt(bytes, at))) {
      visit({ bytes, at }, ordinal++);
      if (ordinal % keysPerStep === 0) yield;
    }
  }
}

/** Until buckets are placed, the first four bytes of each count what its records take. */
function countRecord({ buckets, shift }: KeyTable, { bytes, at }: Place): void {
  const bucket = bucketOf(hashAt(bytes, at), shift);
  buckets.setUint32(bucket, buckets.getUint32(bucket) + headerSize + payloadSize(headerAt(bytes, at)));
}

function placeBuckets({ buckets }: KeyTable): void {
  let start = 0;
  for (let bucket = 0; bucket < buckets.byteLength; bucket += bucketSize) {
    const size = buckets.getUint32(bucket);
    buckets.setUint32(bucket, start);
    start += size + endSize;
  }
}

/** Writes a record behind those of its bucket, unless its key is there: equal keys make equal records. */
function insertRecord({ shift, buckets, records }: KeyTable, { bytes, at }: Place, ordinal: number): void {
  const hash = hashAt(bytes, at);
  const header = headerAt(bytes, at);
  const size = payloadSize(header);
  const payload = { bytes, at: at + payloadAt };
  const bucket = bucketOf(hash, shift);
  let place = buckets.getUint32(bucket);
  for (let found = records.getUint16(place); found !== 0; found = records.getUint16(place)) {
    if (found === header && isEqualAt({ bytes: records, at: place + headerSize }, payload, size)) return;
    place += headerSize + payloadSize(found);
  }
  buckets.setUint32(bucket + 4, buckets.getUint32(bucket + 4) | bitOf(hash));
  records.setUint16(place, header);
  records.setUint8(place + 2, hash);
  records.setUint32(place + 3, ordinal);
  copyBytes(payload, { bytes: records, at: place + headerSize }, size);
}

/** Ordinal of a key, counted from 0 in the order in which keys were added; -1 if it is not there. */
export function findKey(table: KeyTable, key: KeyWriter): number {
  const { shift, buckets, records } = table;
  const hash = hashKey(key);
  const bucket = bucketOf(hash, shift);
  if ((buckets.getUint32(bucket + 4) & bitOf(hash)) === 0) return -1;
  let at = buckets.getUint32(bucket);
  for (let header = records.getUint16(at); header !== 0; header = records.getUint16(at)) {
    if (records.getUint8(at + 2) === (hash & 0xff) && holdsKey(table, at, key)) return records.getUint32(at + 3);
    at += headerSize + payloadSize(header);
  }
  return -1;
}

/** Whether a record is that of this key. Compares the bytes: anybody can make keys whose hashes are equal. */
function holdsKey({ records, beginnings }: KeyTable, at: number, key: KeyWriter): boolean {
  const header = records.getUint16(at);
  const rest = restLength(header);
  const length = key.length - rest;
  if (length < 0 || hasBeginning(header) !== length > 0) return false;
  const text = { bytes: records, at: at + headerSize + payloadSize(header) - rest };
  if (!isEqualAt(text, { bytes: key.bytes, at: length }, rest)) return false;
  return length === 0 || beginsLike(beginnings, getUint24(records, at + headerSize), { key, length });
}

/** The high bits of a hash choose the bucket, so that a short list has few. */
function bucketOf(hash: number, shift: number): number {
  return bucketSize * (hash >>> shift);
}

/** The bit for a hash among those of its bucket: chosen by bits between those for the bucket and the byte in the record. */
function bitOf(hash: number): number {
  return 1 << ((hash >>> 8) & 31);
}

/** Memory held, in bytes. */
export function tableBytes({ buckets, records, beginnings }: KeyTable): number {
  return buckets.byteLength + records.byteLength + beginnings.byteLength;
}
