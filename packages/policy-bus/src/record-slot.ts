import { close, constants, fdatasync, open, readFile, writev } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";

// Not those of `node:fs/promises`, whose file handles cost as much as what a short record takes to be written.
const [openFile, closeFile, readWhole] = [promisify(open), promisify(close), promisify(readFile)];
const syncData = promisify(fdatasync);

/** A record as it was written, and which of two is newer. */
export interface SlotContent {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** A file that holds one record at a time. */
export interface RecordSlot {
  /** What it holds; undefined where it is not there, or not whole: a write that a crash cut short, at whatever byte. */
  read(): Promise<SlotContent | undefined>;
  /** Overwrites it from its first byte on; on disk once it resolves. What stood there is lost from the first moment. */
  write(sequence: number, parts: readonly Uint8Array[]): Promise<void>;
  /** To be called once nothing is written any more. */
  close(): Promise<void>;
}

/** Before the bytes of a record: what the file is, the record's number, its length, and a check over all of it. */
const magic = Buffer.from("portcullis slot1");
const headerSize = magic.length + 8 + 8 + 4;

/** Hashed at once: half a millisecond. */
const sliceBytes = 1024 * 1024;

/** The file is made when it is first written, and stays open from then on: each write of a short record waits for little else. */
export function createRecordSlot(path: string): RecordSlot {
  let descriptor: number | undefined;
  return {
    read: () => readSlot(path),
    async write(sequence, parts) {
      const header = headerOf(sequence, lengthOf(parts));
      header.writeUInt32BE(await checkOf(sequence, parts), headerSize - 4);
      descriptor ??= await openFile(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
      await writeAll(descriptor, [header, ...parts]);
      await syncData(descriptor);
    },
    async close() {
      if (descriptor !== undefined) await closeFile(descriptor);
      descriptor = undefined;
    },
  };
}

async function readSlot(path: string): Promise<SlotContent | undefined> {
  const file = await readWhole(path).catch(ifMissing);
  if (file === undefined || file.length < headerSize || !file.subarray(0, magic.length).equals(magic)) return undefined;
  const sequence = Number(file.readBigUInt64BE(magic.length));
  const length = Number(file.readBigUInt64BE(magic.length + 8));
  const bytes = file.subarray(headerSize, headerSize + length);
  const isWhole = bytes.length === length && (await checkOf(sequence, [bytes])) === file.readUInt32BE(headerSize - 4);
  return isWhole ? { sequence, bytes } : undefined;
}

/** A disk that runs full takes a part, and says no to what is behind it. */
async function writeAll(descriptor: number, parts: readonly Uint8Array[]): Promise<void> {
  const whole = lengthOf(parts);
  let written = await writeParts(descriptor, parts, 0);
  while (written < whole) written += await writeParts(descriptor, behind(parts, written), written);
}

function writeParts(descriptor: number, parts: readonly Uint8Array[], position: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  writev(descriptor, parts, position, (error, written) => (error === null ? resolve(written) : reject(error)));
  return promise;
}

/** What is left of parts of which so many bytes are written. */
function behind(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let start = 0;
  for (const part of parts) {
    if (start + part.length > written) rest.push(part.subarray(Math.max(0, written - start)));
    start += part.length;
  }
  return rest;
}

function headerOf(sequence: number, length: number): Buffer {
  const header = Buffer.alloc(headerSize);
  magic.copy(header);
  header.writeBigUInt64BE(BigInt(sequence), magic.length);
  header.writeBigUInt64BE(BigInt(length), magic.length + 8);
  return header;
}

/** Against torn writes only: who wrote a record is for its signature to say. */
async function checkOf(sequence: number, parts: readonly Uint8Array[]): Promise<number> {
  let check = crc32(headerOf(sequence, lengthOf(parts)));
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      if (at > 0) await setImmediate();
      check = crc32(part.subarray(at, at + sliceBytes), check);
    }
  }
  return check;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
