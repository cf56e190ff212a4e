import { constants } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";

/** A record as it was written, and which of two is newer. */
export interface SlotContent {
  readonly sequence: number;
  readonly bytes: Buffer;
}

/** Before the bytes of a record: what the file is, the record's number, its length, and a check over all of it. */
const magic = Buffer.from("portcullis slot1");
const headerSize = magic.length + 8 + 8 + 4;

/** Hashed at once: half a millisecond. */
const sliceBytes = 1024 * 1024;

/** What a slot holds; undefined where it is not there, or not whole: a write that a crash cut short, at whatever byte. */
export async function readSlot(path: string): Promise<SlotContent | undefined> {
  const file = await readFile(path).catch(ifMissing);
  if (file === undefined || file.length < headerSize || !file.subarray(0, magic.length).equals(magic)) return undefined;
  const sequence = Number(file.readBigUInt64BE(magic.length));
  const length = Number(file.readBigUInt64BE(magic.length + 8));
  const bytes = file.subarray(headerSize, headerSize + length);
  const isWhole = bytes.length === length && (await checkOf(sequence, [bytes])) === file.readUInt32BE(headerSize - 4);
  return isWhole ? { sequence, bytes } : undefined;
}

/** Overwrites a slot from its first byte on; on disk once it resolves. What stood there is lost from the first moment. */
export async function writeSlot(path: string, sequence: number, parts: readonly Uint8Array[]): Promise<void> {
  const header = headerOf(sequence, lengthOf(parts));
  header.writeUInt32BE(await checkOf(sequence, parts), headerSize - 4);
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    await writeAll(file, [header, ...parts]);
    await file.datasync();
  } finally {
    // Nobody has to wait for it: what was written is on disk.
    file.close().catch(() => undefined);
  }
}

/** A disk that runs full takes a part, and says no to what is behind it. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  const whole = lengthOf(parts);
  let written = (await file.writev([...parts], 0)).bytesWritten;
  while (written < whole) written += (await file.writev(behind(parts, written), written)).bytesWritten;
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
