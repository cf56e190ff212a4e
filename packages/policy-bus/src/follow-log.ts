import { namesCluster } from "@portcullis/policy";
import { beforeEnd } from "./before-end.ts";
import type { FollowCode } from "./follow-problem.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import type { BundleProblemCode } from "./signing/bundle-bytes.ts";
import { type ChainState, comparePositions } from "./signing/chain.ts";
import type { ChainPosition, Manifest } from "./signing/manifest.ts";
import { type RevisionProblem, type RevisionProblemCode, revisionProblem } from "./signing/revision-problem.ts";
import { type VerifiedRevision, verifyNext } from "./signing/verify-next.ts";

/** Something that a follower met and went on from. */
export interface FollowProblem {
  readonly code: FollowCode | RevisionProblemCode | BundleProblemCode;
  /** A lower-case clause, for people. */
  readonly detail: string;
  /** Nothing that carriers do by themselves explains it: somebody has to look. */
  readonly isAlarm: boolean;
}

/** A verified revision that is meant for the cluster, and not yet in force. */
export interface Candidate {
  readonly before: ChainState;
  readonly position: ChainPosition;
  readonly manifest: Manifest;
  readonly entry: LogEntry;
}

export interface FollowLogOptions {
  readonly log: RevisionLog;
  /** Where the chain stands. */
  readonly chain: ChainState;
  /** What was verified before, further on: another revision of its number is a fork. */
  readonly expected: ChainPosition | undefined;
  readonly cluster: string;
  readonly onProblem: (problem: FollowProblem) => void;
}

/** What is known of a log that is read again and again, and never believed without a signature. */
export interface FollowedLog {
  readonly chain: () => ChainState;
  /** The newest last; whoever is done with one removes it. */
  readonly candidates: Candidate[];
  /** The newest revision that is meant for the cluster, since the chain that it began with. */
  readonly target: () => ChainPosition | undefined;
  /**
   * Reads up to the head that the leader names. True: the chain ends at the newest revision of the log. Rejects with
   * `RevisionLogError`, or with `EndedError` once the signal aborts.
   */
  readonly read: (end: AbortSignal) => Promise<boolean>;
}

/** Older ones are tried only where newer ones are refused. */
const maxCandidates = 8;

export function followLog({ log, chain: start, expected, cluster, onProblem }: FollowLogOptions): FollowedLog {
  const candidates: Candidate[] = [];
  let chain = start;
  let target: ChainPosition | undefined;
  let last: LogEntry | undefined;
  let isCurrent = false;
  let isLost = false;

  function accept(entry: LogEntry, { chain: after, manifest, digest }: VerifiedRevision): void {
    const position = { epoch: manifest.epoch, revision: manifest.revision, digest };
    if (namesCluster(manifest.audience, cluster)) {
      candidates.push({ before: chain, position, manifest, entry });
      if (candidates.length > maxCandidates) candidates.shift();
      target = position;
    }
    chain = after;
    isCurrent = true;
  }

  function refuse(problem: RevisionProblem): void {
    // These tell that there is, or may be, a newer revision than the one the chain ends with.
    if (["revision-gap", "revision-fork", "revision-unsupported"].includes(problem.code)) isCurrent = false;
    if (problem.code === "revision-repeated") isCurrent = true;
    else if (problem.code !== "revision-lower") onProblem(problem);
  }

  async function readEntries(from: number, end: AbortSignal): Promise<boolean> {
    let hasGap = false;
    for await (const entry of untilEnd(end, log.readAfter(from))) {
      const verified = asExpected(verifyNext(chain, entry.envelope, { isHistoryLost: from === 0 }), expected);
      if (verified.ok) accept(entry, verified);
      else refuse(verified);
      hasGap ||= !verified.ok && verified.code === "revision-gap";
      last = entry;
    }
    return hasGap;
  }

  /** Reads what is behind the last entry that was read, all of it where the log is another one now. */
  async function readUpTo(head: LogEntry, end: AbortSignal): Promise<void> {
    const from = last?.position ?? 0;
    if (head.position <= from) return;
    const hasGap = await readEntries(from, end);
    assertReached(last, head);
    // What is missing may stand before: a log that was made anew is longer than the old one at some time.
    if (hasGap && from > 0) last = undefined;
    if (from === 0) noteLoss();
  }

  /** Once all of the log was read: is what was verified before still in it? */
  function noteLoss(): void {
    const lacks = chain.head !== undefined && !isCurrent;
    if (lacks && !isLost) onProblem(lost);
    isLost = lacks;
  }

  return {
    chain: () => chain,
    candidates,
    target: () => target,
    async read(end) {
      const head = await beforeEnd(end, log.readHead());
      if (last !== undefined && !continues(last, head)) last = undefined;
      if (last === undefined) isCurrent = false;
      if (head === undefined) noteLoss();
      else await readUpTo(head, end);
      return isCurrent && last !== undefined;
    },
  };
}

const lost: FollowProblem = {
  code: "follow-log-regressed",
  detail: "the log was emptied, or replaced by another one, and lacks what was known, which serves on",
  isAlarm: true,
};

/** Ends with `EndedError` where the next entry takes too long; a source that hangs is told, and not waited for. */
async function* untilEnd(end: AbortSignal, source: AsyncIterable<LogEntry>): AsyncGenerator<LogEntry> {
  const entries = source[Symbol.asyncIterator]();
  try {
    for (let next = await beforeEnd(end, entries.next()); next.done !== true; next = await beforeEnd(end, entries.next())) yield next.value;
  } finally {
    entries.return?.().catch(() => {});
  }
}

function assertReached(last: LogEntry | undefined, head: LogEntry): void {
  if ((last?.position ?? 0) >= head.position) return;
  throw new RevisionLogError("bus-unavailable", "the log ended before its head was read; try again");
}

function continues(last: LogEntry, head: LogEntry | undefined): boolean {
  if (head === undefined || head.position < last.position) return false;
  return head.position > last.position || Buffer.compare(head.envelope, last.envelope) === 0;
}

function asExpected(verified: VerifiedRevision | RevisionProblem, expected: ChainPosition | undefined): VerifiedRevision | RevisionProblem {
  if (!verified.ok || expected === undefined || comparePositions(verified.manifest, expected) !== 0) return verified;
  if (verified.digest === expected.digest) return verified;
  return revisionProblem("revision-fork", `revision ${expected.epoch}.${expected.revision} was "${expected.digest}" before this start`);
}
