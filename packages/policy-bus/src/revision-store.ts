import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createRecordSlot, type SlotContent } from "./record-slot.ts";
import { syncFolder } from "./sync-folder.ts";

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
  /** To be called once nothing is written any more. */
  close(): Promise<void>;
}

/**
 * Records as files of a folder, which is made if it is not there; for one process at a time. Each has two slots, `NAME.a` and `NAME.b`,
 * and a write takes the one that does not hold the newest: a draft that is renamed takes three times as long, and policy waits for it.
 */
export async function fileRevisionStore(folder: string): Promise<RevisionStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const records = { progress: createRecord(folder, "progress"), revision: createRecord(folder, "revision") };
  return {
    read: (name) => records[name].read(),
    write: (name, ...parts) => records[name].write(parts),
    async close() {
      await records.progress.close();
      await records.revision.close();
    },
  };
}

const slots = ["a", "b"] as const;
type Slot = (typeof slots)[number];

interface Newest {
  readonly slot: Slot;
  readonly sequence: number;
}

function createRecord(folder: string, name: RecordName) {
  const files = { a: createRecordSlot(join(folder, `${name}.a`)), b: createRecordSlot(join(folder, `${name}.b`)) };
  /** Slots whose name is known to be on disk. */
  const named = new Set<Slot>();
  let newest: Newest | undefined;
  let isRead = false;

  async function read(): Promise<Uint8Array | undefined> {
    const [a, b] = await Promise.all([files.a.read(), files.b.read()]);
    const found = isNewer(b, a) ? b : a;
    newest = found && { slot: found === b ? "b" : "a", sequence: found.sequence };
    isRead = true;
    return found?.bytes;
  }

  return {
    read,
    async write(parts: readonly Uint8Array[]): Promise<void> {
      if (!isRead) await read();
      const slot = newest?.slot === "a" ? "b" : "a";
      const sequence = (newest?.sequence ?? 0) + 1;
      await files[slot].write(sequence, parts);
      if (!named.has(slot)) await syncFolder(folder);
      named.add(slot);
      newest = { slot, sequence };
    },
    async close(): Promise<void> {
      await files.a.close();
      await files.b.close();
    },
  };
}

function isNewer(one: SlotContent | undefined, other: SlotContent | undefined): boolean {
  return one !== undefined && (other === undefined || one.sequence > other.sequence);
}
