import type { LogWeakness } from "./log-weakness.ts";
import type { ReplicaName, ReplicaStatus } from "./replica-status.ts";

/** What one append put into the log. Nothing in it is trusted before its signature is verified. */
export interface LogEntry {
  /** The carrier's number: rises within one life of the log, and restarts when the log is re-created. Never a revision. */
  readonly position: number;
  readonly envelope: Uint8Array;
  /** Undefined: the bundle is fetched by its digest. */
  readonly bundle: Uint8Array | undefined;
}

/** What `append` writes: the envelope, and the bundle where it is no larger than the log's `inlineLimitBytes`. */
export type NewLogEntry = Pick<LogEntry, "envelope"> & Partial<Pick<LogEntry, "bundle">>;

export interface AppendOptions {
  /** The position of the head that the entry follows; 0 for the first. */
  readonly expectedPosition: number;
  /** Appending again with the same id within an hour gives the position of the first time, and writes nothing. */
  readonly messageId: string;
}

/**
 * `conflict`: the head was another one. `unavailable`: nobody took the entry. Neither wrote anything. `unknown`: the answer
 * was lost, and the entry may be there now, later or never: append it again with the same id, until another answer comes. After
 * an `unknown`, read before believing a `conflict`: the entry itself may have been on its way.
 */
export type AppendOutcome =
  | { readonly outcome: "appended"; readonly position: number }
  | { readonly outcome: "conflict" }
  | { readonly outcome: "unavailable"; readonly cause: unknown }
  | { readonly outcome: "unknown"; readonly cause: unknown };

/**
 * Carries signed revisions to every replica, and what replicas say of themselves back. It is not what makes policy true:
 * it may lose, repeat or reorder, and readers verify all that they read. Reading and writing reject with `RevisionLogError`.
 */
export interface RevisionLog {
  /** Bundles up to this size may stand in an entry; larger ones are put with `putBundle` before the append. */
  readonly inlineLimitBytes: number;
  /**
   * The newest entry as the leader of the log knows it, never a copy's answer; undefined when the log is empty. A leader that
   * was just cut off from its followers may answer from before the cut for about ten seconds.
   */
  readHead(): Promise<LogEntry | undefined>;
  /** The entries behind a position in order, up to the head; nothing when the log is shorter than that. */
  readAfter(position: number): AsyncIterable<LogEntry>;
  /** Writes the entry behind the expected head, or not at all. Rejects what is too large, and where the rights are missing. */
  append(entry: NewLogEntry, options: AppendOptions): Promise<AppendOutcome>;
  /** Stores bytes under `sha256:<hex>` of them; storing them again is harmless. Rejects bytes of another digest. */
  putBundle(digest: string, bytes: Uint8Array): Promise<void>;
  /** Bytes whose SHA-256 is the digest; undefined when they are not there, or not whole. */
  getBundle(digest: string): Promise<Uint8Array | undefined>;
  /**
   * Calls the listener soon after an append: a hint that may be lost, repeated, reordered or forged. Undefined: something came
   * that is no entry, or the connection is back after a loss. Returns a function that stops listening.
   */
  onNotification(listener: (entry: LogEntry | undefined) => void): () => void;
  /** Resolves once the report is stored. */
  reportStatus(status: ReplicaStatus): Promise<void>;
  /**
   * Takes back what a replica reported: it has ended in order, and answers nothing any more. Without this its last report stays for
   * a day, since one that is only silent may still answer.
   */
  withdrawStatus(name: ReplicaName): Promise<void>;
  /** The newest report of every replica that reported within the last day, ordered by cluster and replica. */
  readStatuses(): Promise<readonly ReplicaStatus[]>;
  /** Calls the listener with reports as they come; a hint like `onNotification`. Returns a function that stops listening. */
  onStatus(listener: (status: ReplicaStatus) => void): () => void;
  /** What this carrier does not keep although the design counts on it; empty when all is well. */
  selfCheck(): Promise<readonly LogWeakness[]>;
  close(): Promise<void>;
}
