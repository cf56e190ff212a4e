import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "./write-file-atomically.ts";

/** What a replica remembers: how far it followed (`progress`), and the revision it serves (`revision`). */
export type RecordName = "progress" | "revision";

/** Where a replica keeps its records. What it gives back is trusted as little as what the log gives. */
export interface RevisionStore {
  /** Undefined when it was never written. Rejects when it cannot be read. */
  read(name: RecordName): Promise<Uint8Array | undefined>;
  /**
   * Replaces the record, which is the parts one behind the other, as a whole or not at all; on disk once it resolves. Parts, since
   * to join a bundle of 100 MB with what stands before it holds the event loop, and calls for a collection of garbage.
   */
  write(name: RecordName, ...parts: readonly [Uint8Array, ...Uint8Array[]]): Promise<void>;
}

/** Records as files of a folder, which is made if it is not there; for one process at a time. Removes drafts that a crash left. */
export async function fileRevisionStore(folder: string): Promise<RevisionStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const drafts = (await readdir(folder)).filter((name) => /^(?:progress|revision)\.[0-9a-f]{12}\.tmp$/u.test(name));
  for (const name of drafts) await rm(join(folder, name), { force: true });
  return {
    async read(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    write: (name, ...parts) => writeFileAtomically(join(folder, name), parts, { mode: 0o600 }),
  };
}
