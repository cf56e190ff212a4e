import { randomBytes } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./sync-folder.ts";

export interface WriteFileOptions {
  /** Rights of the file, set before the first byte is written. */
  readonly mode: number;
  /** Reject with `EEXIST` rather than replace a file. Default false. */
  readonly isNew?: boolean;
}

/** Writes a whole file or nothing, and on disk once it resolves: readers see the old content or the new, after a power failure too. */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  { mode, isNew = false }: WriteFileOptions,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeThrough(draft, content, mode);
    // A rename replaces what stands there; a link does not.
    if (isNew) await link(draft, path);
    else await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(path));
}

async function writeThrough(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, "wx", mode);
  await file.writeFile(content);
  await file.sync();
}
