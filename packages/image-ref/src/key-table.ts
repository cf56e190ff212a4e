import { element } from "./element.ts";
import { beginsLike } from "./key-beginnings.ts";
import { copyBytes, isEqualAt, type Place, resizeBytes } from "./key-bytes.ts";
import { getUint24, hasBeginning, hashAt, headerAt, type KeyPool, payloadAt, payloadSize, releasePool, restLength } from "./key-pool.ts";
import { hashKey, type KeyWriter } from "./key-writer.ts";

/** A multiple of the lines that memory is read by, with room for a few records of usual size. */
const lineSize = 64;
const leastBucketSize = 2 * lineSize;
/** How many records of average size fit into a bucket, at least. */
const recordsPerBucket = 2.3;
/** How much of all buckets records take. Where more is taken, more records stand elsewhere than in their bucket. */
const fill = 0.6;

/** Before the payload of a record: two bytes of its header in the pool, one of the hash, four of the ordinal. */
const headerSize = 7;
/** In place of a header: four bytes follow that say where the bucket goes on. No key is that long. */
const jump = 0x7fff;
const jumpSize = 6;
/** Behind the last record of a bucket. No key is empty, so no header is 0. */
const endSize = 2;

/** How many keys are arranged between two yields: half a millisecond of work. */
const keysPerStep = 2048;
const bucketsPerStep = 16_384;

/** Bits of the filter per key: one in eight keys that are not there passes. */
const filterBits = 8;

/**
 * Finds keys by hash. What costs time in a long list is waiting for memory that is in no cache, so there is little to wait for: a
 * filter that is small enough to stay in a cache nearly always tells that a key is not there; a bucket holds its records itself,
 * where the hash says, in two lines of memory or three; what does not fit in goes on behind all buckets.
 */
export interface KeyTable {
  readonly bucketCount: number;
  readonly bucketSize: number;
  /** A power of two. */
  readonly filter: Uint8Array<ArrayBuffer>;
  /** Shared between threads: to allocate so much memory of one's own calls for a collection of garbage. */
  readonly records: DataView<SharedArrayBuffer>;
  readonly beginnings: DataView<ArrayBuffer>;
}

/** While a table is built: per bucket, the bytes that are taken in it, and those behind all buckets; then where these begin. */
interface Layout {
  readonly taken: Uint32Array;
  readonly spilled: Uint32Array;
}

/** Arranges the keys of a pool, in steps of a millisecond or so. Of equal keys only the first is found. */
export function* buildKeyTable(pool: KeyPool): Generator<void, KeyTable> {
  const recordBytes = pool.size + headerSize * pool.count;
  const recordSize = recordBytes / Math.max(1, pool.count);
  const bucketSize = Math.max(leastBucketSize, lineSize * Math.ceil((recordsPerBucket * recordSize) / lineSize));
  const bucketCount = Math.max(1, Math.ceil(recordBytes / (bucketSize * fill)));
  const layout: Layout = { taken: new Uint32Array(bucketCount), spilled: new Uint32Array(bucketCount) };
  yield* visitRecords(pool, (record) => countRecord(layout, bucketSize, record));
  const size = yield* placeSpilled(layout, bucketCount * bucketSize);
  const { bytes, used } = pool.beginnings;
  const table: KeyTable = {
    bucketCount,
    bucketSize,
    filter: new Uint8Array(2 ** Math.ceil(Math.log2(Math.max(8, (pool.count * filterBits) / 8)))),
    records: new DataView(new SharedArrayBuffer(size)),
    beginnings: resizeBytes(bytes, used),
  };
  yield* visitRecords(pool, (record, ordinal) => insertRecord(table, layout, record, ordinal));
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

function countRecord({ taken, spilled }: Layout, bucketSize: number, { bytes, at }: Place): void {
  const bucket = bucketOf(hashAt(bytes, at), taken.length);
  const size = headerSize + payloadSize(headerAt(bytes, at));
  const isFull = element(spilled, bucket) > 0 || element(taken, bucket) + size + jumpSize > bucketSize;
  const counted = isFull ? spilled : taken;
  counted[bucket] = element(counted, bucket) + size;
}

/** Gives each bucket that is too small its place behind all of them; returns where the last of these ends. */
function* placeSpilled({ spilled }: Layout, start: number): Generator<void, number> {
  let end = start;
  for (let bucket = 0; bucket < spilled.length; bucket++) {
    const size = element(spilled, bucket);
    spilled[bucket] = end;
    if (size > 0) end += size + endSize;
    if (bucket % bucketsPerStep === bucketsPerStep - 1) yield;
  }
  return end;
}

/** Writes a record behind those of its bucket, unless its key is there: equal keys make equal records. */
function insertRecord(
  { bucketCount, bucketSize, filter, records }: KeyTable,
  { spilled }: Layout,
  { bytes, at }: Place,
  ordinal: number,
): void {
  const hash = hashAt(bytes, at);
  const header = headerAt(bytes, at);
  const size = payloadSize(header);
  const payload = { bytes, at: at + payloadAt };
  const bucket = bucketOf(hash, bucketCount);
  const start = bucket * bucketSize;
  let place = start;
  for (let found = records.getUint16(place); found !== 0; found = records.getUint16(place)) {
    if (found === jump) place = records.getUint32(place + 2);
    else if (found === header && isEqualAt({ bytes: records, at: place + headerSize }, payload, size)) return;
    else place += headerSize + payloadSize(found);
  }
  const isInBucket = place >= start && place < start + bucketSize;
  if (isInBucket && place + headerSize + size + jumpSize > start + bucketSize) {
    records.setUint16(place, jump);
    records.setUint32(place + 2, element(spilled, bucket));
    place = element(spilled, bucket);
  }
  const bit = filterBitOf(hash, filter);
  filter[bit >>> 3] = element(filter, bit >>> 3) | (1 << (bit & 7));
  records.setUint16(place, header);
  records.setUint8(place + 2, hash);
  records.setUint32(place + 3, ordinal);
  copyBytes(payload, { bytes: records, at: place + headerSize }, size);
}

/** Ordinal of a key, counted from 0 in the order in which keys were added; -1 if it is not there. */
export function findKey(table: KeyTable, key: KeyWriter): number {
  const { bucketCount, bucketSize, filter, records } = table;
  const hash = hashKey(key);
  const bit = filterBitOf(hash, filter);
  if ((element(filter, bit >>> 3) & (1 << (bit & 7))) === 0) return -1;
  let at = bucketOf(hash, bucketCount) * bucketSize;
  for (let header = records.getUint16(at); header !== 0; header = records.getUint16(at)) {
    if (header === jump) at = records.getUint32(at + 2);
    else if (records.getUint8(at + 2) === (hash & 0xff) && holdsKey(table, at, key)) return records.getUint32(at + 3);
    else at += headerSize + payloadSize(header);
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

/** Its share of all hashes, and so the high bits. */
function bucketOf(hash: number, count: number): number {
  return Math.floor((hash * count) / 2 ** 32);
}

/** By bits that neither the bucket of a short list nor the byte in the record is chosen by; mixed, as a long list takes them all. */
function filterBitOf(hash: number, { length }: Uint8Array): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 7) & (8 * length - 1);
}

/** Memory held, in bytes. */
export function tableBytes({ filter, records, beginnings }: KeyTable): number {
  return filter.byteLength + records.byteLength + beginnings.byteLength;
}
