import { createHash } from "node:crypto";
import type { ReplicaStatus } from "./replica-status.ts";
import type { AppendOptions, AppendOutcome, LogEntry, NewLogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";

export interface MemoryRevisionLogOptions {
  /** Default: 512 KiB. */
  readonly inlineLimitBytes?: number;
}

/** A log within one process that several holders share: each `open` is a holder of its own, and closing one closes it only. */
export interface MemoryRevisionLog extends RevisionLog {
  open(): RevisionLog;
}

interface Store {
  readonly entries: LogEntry[];
  readonly positions: Map<string, number>;
  readonly bundles: Map<string, Uint8Array>;
  readonly statuses: Map<string, ReplicaStatus>;
  readonly notified: Set<(entry: LogEntry | undefined) => void>;
  readonly told: Set<(status: ReplicaStatus) => void>;
}

/** Keeps everything; notifies in a later microtask. For one process, and for tests. */
export function memoryRevisionLog({ inlineLimitBytes = 512 * 1024 }: MemoryRevisionLogOptions = {}): MemoryRevisionLog {
  const store: Store = {
    entries: [],
    positions: new Map(),
    bundles: new Map(),
    statuses: new Map(),
    notified: new Set(),
    told: new Set(),
  };
  const open = () => openStore(store, inlineLimitBytes);
  return { ...open(), open };
}

function openStore(store: Store, inlineLimitBytes: number): RevisionLog {
  const stops = new Set<() => void>();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new RevisionLogError("bus-closed", "this revision log is closed; open a new one");
  }

  function listen<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): () => void {
    assertOpen();
    // One object per call, so that a function that listens twice also stops twice.
    const own = (value: T) => listener(value);
    const stop = () => {
      listeners.delete(own);
      stops.delete(stop);
    };
    listeners.add(own);
    stops.add(stop);
    return stop;
  }

  return {
    inlineLimitBytes,
    async readHead() {
      assertOpen();
      return store.entries.at(-1);
    },
    async *readAfter(position) {
      assertOpen();
      yield* store.entries.slice(position);
    },
    async append(entry, options) {
      assertOpen();
      assertFits(entry, inlineLimitBytes);
      return append(store, entry, options);
    },
    async putBundle(digest, bytes) {
      assertOpen();
      if (sha256(bytes) !== digest) throw new RevisionLogError("bus-digest-mismatch", `these bytes are not "${digest}"`);
      store.bundles.set(digest, bytes.slice());
    },
    async getBundle(digest) {
      assertOpen();
      return store.bundles.get(digest);
    },
    onNotification: (listener) => listen(store.notified, listener),
    async reportStatus(status) {
      assertOpen();
      store.statuses.set(JSON.stringify([status.cluster, status.replica]), status);
      tell(store.told, status);
    },
    async withdrawStatus({ cluster, replica }) {
      assertOpen();
      store.statuses.delete(JSON.stringify([cluster, replica]));
    },
    async readStatuses() {
      assertOpen();
      return [...store.statuses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, status]) => status);
    },
    onStatus: (listener) => listen(store.told, listener),
    async selfCheck() {
      assertOpen();
      return [{ code: "bus-in-memory", message: "revisions are kept in this process only, and lost with it" }];
    },
    async close() {
      isClosed = true;
      for (const stop of stops) stop();
    },
  };
}

function append(store: Store, entry: NewLogEntry, { expectedPosition, messageId }: AppendOptions): AppendOutcome {
  const known = store.positions.get(messageId);
  if (known !== undefined) return { outcome: "appended", position: known };
  if (expectedPosition !== store.entries.length) return { outcome: "conflict" };
  const position = expectedPosition + 1;
  const stored: LogEntry = { position, envelope: entry.envelope.slice(), bundle: entry.bundle?.slice() };
  store.entries.push(stored);
  store.positions.set(messageId, position);
  tell(store.notified, stored);
  return { outcome: "appended", position };
}

function assertFits({ bundle }: NewLogEntry, inlineLimitBytes: number): void {
  if (bundle === undefined || bundle.byteLength <= inlineLimitBytes) return;
  throw new RevisionLogError(
    "bus-entry-too-large",
    `a bundle of ${bundle.byteLength} bytes does not fit into an entry (${inlineLimitBytes} bytes); put it by its digest first`,
  );
}

// A listener that throws is a programming mistake of its own: it must not reach the writer or other listeners.
function tell<T>(listeners: Set<(value: T) => void>, value: T): void {
  for (const listener of listeners) {
    queueMicrotask(() => {
      if (listeners.has(listener)) listener(value);
    });
  }
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
