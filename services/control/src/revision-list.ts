import type { Bundle, BundleDifference } from "@portcullis/policy";
import type { PublicKeyEntry, PublishedRevision, SkippedEntry } from "@portcullis/policy-bus";

/** Names a revision of the log. Without an epoch: of the epoch that the newest revision is in. */
export type RevisionSelector = "newest" | { readonly epoch?: number; readonly revision: number };

/** All of the log. */
export interface RevisionList {
  readonly lineage: string;
  /** In the order of the chain. */
  readonly revisions: readonly PublishedRevision[];
  /** Entries that are no revision, which every replica leaves out too. */
  readonly skipped: readonly SkippedEntry[];
  /** Keys that may sign the next revision. */
  readonly keys: readonly PublicKeyEntry[];
}

export interface RevisionDetail {
  readonly revision: PublishedRevision;
  readonly bundle: Bundle;
}

export interface RevisionComparison {
  readonly before: PublishedRevision;
  readonly after: PublishedRevision;
  readonly difference: BundleDifference;
}

/** `newest`, `7`, or `2.7` for revision 7 of epoch 2; undefined for any other text. */
export function parseRevisionSelector(text: string): RevisionSelector | undefined {
  if (text === "newest") return text;
  const match = /^(?:([1-9]\d{0,8})\.)?([1-9]\d{0,8})$/u.exec(text);
  if (match === null) return undefined;
  const [, epoch, revision] = match;
  return { revision: Number(revision), ...(epoch !== undefined && { epoch: Number(epoch) }) };
}
