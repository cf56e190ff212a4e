import type { RevisionToken } from "@portcullis/policy";
import type { LogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import { type ChainState, startChain, type TrustAnchors } from "./signing/chain.ts";
import { openEnvelope } from "./signing/envelope.ts";
import type { Manifest } from "./signing/manifest.ts";
import type { RevisionProblemCode } from "./signing/revision-problem.ts";
import { verifyNext } from "./signing/verify-next.ts";

/** A revision that was verified as the next of its chain. */
export interface PublishedRevision {
  readonly token: RevisionToken;
  /** `sha256:<hex>` over the signed bytes. */
  readonly digest: string;
  /** Where it stands in the log. */
  readonly position: number;
  readonly manifest: Manifest;
  /** Ids of the trusted keys that signed it. */
  readonly signedBy: readonly string[];
}

/** An entry of the log that is no revision: every replica leaves it out too. */
export interface SkippedEntry {
  readonly position: number;
  readonly code: RevisionProblemCode;
  readonly detail: string;
  /** Nothing that a network or a store does by itself explains it. */
  readonly isAlarm: boolean;
  /** A key signed it that was trusted at this place: no stranger wrote it. */
  readonly isSigned: boolean;
}

/** All of a log, verified from its first entry to its last. */
export interface RevisionHistory {
  readonly chain: ChainState;
  /** In the order of the chain. */
  readonly revisions: readonly PublishedRevision[];
  readonly skipped: readonly SkippedEntry[];
  /** The position of the last entry, revision or not; 0 when the log is empty. */
  readonly lastPosition: number;
  /** Of that entry. Absent when the log is empty. */
  readonly lastEnvelope?: Uint8Array;
}

/** Reads and verifies a log up to what its leader names as the head. Rejects with `RevisionLogError`, also where the head is not reached. */
export async function readRevisions(log: RevisionLog, anchors: TrustAnchors): Promise<RevisionHistory> {
  const head = await log.readHead();
  const start: RevisionHistory = { chain: startChain(anchors), revisions: [], skipped: [], lastPosition: 0 };
  return readEntries(log.readAfter(0), start, head?.position ?? 0);
}

/** What entries that come behind a history make of it. Rejects where they end before a position that there is an entry at. */
export async function readEntries(entries: AsyncIterable<LogEntry>, before: RevisionHistory, upTo: number): Promise<RevisionHistory> {
  let history = before;
  const revisions = [...before.revisions];
  const skipped = [...before.skipped];
  for await (const entry of entries) {
    const read = readEntry(history.chain, entry);
    if ("token" in read.found) revisions.push(read.found);
    else skipped.push(read.found);
    history = { chain: read.chain, revisions, skipped, lastPosition: entry.position, lastEnvelope: entry.envelope };
  }
  if (history.lastPosition >= upTo) return history;
  throw new RevisionLogError("bus-unavailable", "the log ended before its head was read; try again");
}

/** An entry as the next of a chain, and the chain after it. */
export interface ReadEntry {
  readonly chain: ChainState;
  readonly found: PublishedRevision | SkippedEntry;
}

/** Entries must come in the order of the log from its first on: only then is a revision that is missing known to be lost. */
export function readEntry(chain: ChainState, { position, envelope }: LogEntry): ReadEntry {
  const verified = verifyNext(chain, envelope, { isHistoryLost: true });
  if (!verified.ok) {
    const { code, detail, isAlarm } = verified;
    return { chain, found: { position, code, detail, isAlarm, isSigned: openEnvelope(envelope, chain.keys).ok } };
  }
  const { manifest, digest, signedBy } = verified;
  const { lineage, epoch, revision } = manifest;
  return { chain: verified.chain, found: { token: { lineage, epoch, revision }, digest, position, manifest, signedBy } };
}
