import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Most bytes of a key or of a file of trusted keys. */
const maxFileBytes = 64 * 1024;

/** A file that was read, and whether its owner alone may read it. */
export interface SmallFile {
  readonly bytes: Buffer;
  readonly isPrivate: boolean;
}

/** Reads a regular file of at most 64 KiB; rejects for anything else, without waiting for a pipe. */
export async function readSmallFile(path: string): Promise<SmallFile> {
  // Without it, opening a pipe that nobody writes to waits for ever.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error("it is no regular file");
  if (stats.size > maxFileBytes) throw new Error(`it has ${stats.size} bytes, more than ${maxFileBytes}`);
  return { bytes: await readStart(file), isPrivate: (stats.mode & 0o077) === 0 };
}

async function readStart(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(maxFileBytes);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
