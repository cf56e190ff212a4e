import { namesCluster } from "@portcullis/policy";
import { beforeEnd } from "./before-end.ts";
import type { FollowCode } from "./follow-problem.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import type { BundleProblemCode } from "./signing/bundle-bytes.ts";
import { type ChainState, comparePositions } from "./signing/chain.ts";
import { openEnvelope } from "./signing/envelope.ts";
import type { ChainPosition, Manifest } from "./signing/manifest.ts";
import { sha256 } from "./signing/public-key.ts";
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

/** Older ones are tried only where newer ones are refused. */
const maxCandidates = 8;

/** What is known of a log that is read again and again, and never believed without a signature. */
export class FollowedLog {
  /** The newest last; whoever is done with one removes it. */
  readonly candidates: Candidate[] = [];
  readonly #options: FollowLogOptions;
  #chain: ChainState;
  #target: ChainPosition | undefined;
  #last: LogEntry | undefined;
  #isCurrent = false;
  #isLost = false;
  /** The newest that was offered and accepted, until it is read. */
  #unread: ChainPosition | undefined;

  constructor(options: FollowLogOptions) {
    this.#options = options;
    this.#chain = options.chain;
  }

  get chain(): ChainState {
    return this.#chain;
  }

  /** The newest revision that is meant for the cluster, since the chain that it began with. */
  get target(): ChainPosition | undefined {
    return this.#target;
  }

  /**
   * Takes what a notification brought, where it is next. Nobody vouches for it but its signature, so it proves nothing about the log:
   * until a read has seen it too, no read says that the chain is current. False: only a read can tell.
   */
  offer(entry: LogEntry): boolean {
    const { head } = this.#chain;
    // A log that was never read may hold more, and a new epoch may leave out what is here: both are for a read to see.
    if (this.#last === undefined || head === undefined) return false;
    const verified = this.#verify(entry, false);
    if (!verified.ok || verified.manifest.epoch !== head.epoch || !bringsItsBundle(entry, verified.manifest)) return false;
    this.#accept(entry, verified);
    this.#unread = this.#chain.head;
    return true;
  }

  /**
   * Reads up to the head that the leader names. True: the chain ends at the newest revision of the log. Rejects with
   * `RevisionLogError`, or with `EndedError` once the signal aborts.
   */
  async read(end: AbortSignal): Promise<boolean> {
    const offered = this.#unread;
    const head = await beforeEnd(end, this.#options.log.readHead());
    if (this.#last !== undefined && !continues(this.#last, head)) this.#last = undefined;
    if (this.#last === undefined) this.#isCurrent = false;
    if (head === undefined) this.#noteLoss();
    else await this.#readUpTo(head, end);
    if (offered !== undefined && this.#unread === offered) {
      this.#isCurrent = false;
      this.#noteLoss();
    }
    return this.#isCurrent && this.#last !== undefined;
  }

  /** Reads what is behind the last entry that was read, all of it where the log is another one now. */
  async #readUpTo(head: LogEntry, end: AbortSignal): Promise<void> {
    const before = this.#last;
    const from = before?.position ?? 0;
    if (head.position <= from) return;
    const gap = await this.#readEntries(from, end);
    assertReached(this.#last, head);
    // What is missing may stand before: a log that was made anew is longer than the old one at some time.
    if (before !== undefined && (gap === "signed" || (gap === "claimed" && !(await this.#holds(before, end))))) this.#last = undefined;
    if (from === 0) this.#noteLoss();
  }

  async #readEntries(from: number, end: AbortSignal): Promise<"none" | Gap> {
    let gap: "none" | Gap = "none";
    for await (const entry of untilEnd(end, this.#options.log.readAfter(from))) {
      const verified = this.#verify(entry, from === 0);
      if (verified.ok) {
        this.#accept(entry, verified);
        this.#noteCurrent();
      } else {
        const found = gapOf(verified, entry, this.#chain);
        if (gap !== "signed" && found !== undefined) gap = found;
        this.#refuse(found === "claimed" ? claimed(verified) : verified);
      }
      this.#last = entry;
    }
    return gap;
  }

  /** Whether an entry that was read before still stands where it stood. */
  async #holds({ position, envelope }: LogEntry, end: AbortSignal): Promise<boolean> {
    for await (const entry of untilEnd(end, this.#options.log.readAfter(position - 1))) {
      return entry.position === position && Buffer.compare(entry.envelope, envelope) === 0;
    }
    return false;
  }

  #verify(entry: LogEntry, isHistoryLost: boolean): VerifiedRevision | RevisionProblem {
    return asExpected(verifyNext(this.#chain, entry.envelope, { isHistoryLost }), this.#options.expected);
  }

  #accept(entry: LogEntry, { chain: after, manifest, digest }: VerifiedRevision): void {
    const position = { epoch: manifest.epoch, revision: manifest.revision, digest };
    if (namesCluster(manifest.audience, this.#options.cluster)) {
      this.candidates.push({ before: this.#chain, position, manifest, entry });
      if (this.candidates.length > maxCandidates) this.candidates.shift();
      this.#target = position;
    }
    this.#chain = after;
  }

  #refuse(problem: RevisionProblem): void {
    // These tell that there is, or may be, a newer revision than the one the chain ends with.
    if (["revision-gap", "revision-fork", "revision-unsupported"].includes(problem.code)) this.#isCurrent = false;
    if (problem.code === "revision-repeated") this.#noteCurrent();
    else if (problem.code !== "revision-lower") this.#options.onProblem(problem);
  }

  #noteCurrent(): void {
    this.#isCurrent = true;
    this.#unread = undefined;
  }

  /** Once all of the log was read: is what was verified before still in it? */
  #noteLoss(): void {
    const lacks = this.#chain.head !== undefined && !this.#isCurrent;
    if (lacks && !this.#isLost) this.#options.onProblem(lost);
    this.#isLost = lacks;
  }
}

/** An envelope is no secret: whoever forges a notification can put another bundle beside it, which is no reason to refuse the revision. */
function bringsItsBundle({ bundle }: LogEntry, { bundle: claim }: Manifest): boolean {
  if (bundle === undefined) return !claim.inline;
  return bundle.length === claim.sizeBytes && sha256(bundle) === claim.digest;
}

/** `claimed`: no key signed it that is trusted here. Whoever can write to the log can claim that revisions are missing. */
type Gap = "signed" | "claimed";

function gapOf({ code }: RevisionProblem, { envelope }: LogEntry, { keys }: ChainState): Gap | undefined {
  if (code !== "revision-gap") return undefined;
  return openEnvelope(envelope, keys).ok ? "signed" : "claimed";
}

/** It takes nothing from what is known: else one message without a signature would have all policy expire. */
function claimed({ detail }: RevisionProblem): RevisionProblem {
  return revisionProblem("revision-foreign-key", `${detail}, and no key signed it that is trusted`);
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
