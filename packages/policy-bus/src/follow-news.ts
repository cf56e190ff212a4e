import type { LogEntry } from "./revision-log.ts";

/** What came in since it was last looked, and what has to be done about it. */
export interface News {
  /** What a notification brought; undefined: something may have been missed. */
  add(entry: LogEntry | undefined): void;
  /** Somebody wants to know what the leader says. */
  wantRead(): void;
  /** Where nothing came in, the leader is to be read. */
  take(): { readonly entries: readonly LogEntry[]; readonly isReadWanted: boolean };
}

/** A flood of notifications is left to the next read. */
const maxEntries = 16;

export function collectNews(): News {
  let entries: LogEntry[] = [];
  let isReadWanted = true;
  return {
    add(entry) {
      if (entry === undefined || entries.length === maxEntries) isReadWanted = true;
      else entries.push(entry);
    },
    wantRead() {
      isReadWanted = true;
    },
    take() {
      const taken = { entries, isReadWanted: isReadWanted || entries.length === 0 };
      entries = [];
      isReadWanted = false;
      return taken;
    },
  };
}
