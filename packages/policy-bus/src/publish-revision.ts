import type { RevisionToken } from "@portcullis/policy";
import { appendSurely } from "./append-surely.ts";
import { beforeEnd, EndedError } from "./before-end.ts";
import { PublishError } from "./publish-error.ts";
import { type ResolvedChange, type RevisionChange, resolveChange } from "./revision-change.ts";
import { type PublishedRevision, type RevisionHistory, readRevisions } from "./revision-history.ts";
import type { AppendOutcome, NewLogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import { comparePositions, type TrustAnchors } from "./signing/chain.ts";
import { firstOfEpoch, type ManifestDraft, nextManifest } from "./signing/draft-manifest.ts";
import { signEnvelope } from "./signing/envelope.ts";
import type { ChainPosition, Manifest } from "./signing/manifest.ts";
import type { PublicKeyEntry } from "./signing/public-key.ts";
import type { SigningKey } from "./signing/signing-key.ts";
import { verifyNext } from "./signing/verify-next.ts";

export interface PublishOptions {
  readonly log: RevisionLog;
  readonly anchors: TrustAnchors;
  /** At least one, but for a dry run: without a key that one does not say whether it is trusted. */
  readonly keys: readonly SigningKey[];
  readonly change: RevisionChange;
  /** For people: who publishes. */
  readonly publisher: string;
  /** The keys that may sign from the next revision on. Default: as before. */
  readonly nextKeys?: readonly PublicKeyEntry[];
  /** The head that the operator has seen, `null` for an empty log: another one is a conflict. Default: whatever it is. */
  readonly base?: ChainPosition | null;
  /** Publishes what is in force already too, and the first revision into a log that others have written to. Default: false. */
  readonly isForced?: boolean;
  /** Signs, and writes nothing. Default: false. */
  readonly isDryRun?: boolean;
  /** What was read of the log just now; a revision that came since is a conflict. Default: the log is read. */
  readonly history?: RevisionHistory;
  /** Ends the attempt; what is not known by then is `unknown`. Default: after a minute. */
  readonly end?: AbortSignal;
  /** Between attempts. Default: 500. */
  readonly pauseMs?: number;
  readonly onProgress?: (progress: PublishProgress) => void;
}

/** How far publishing came. */
export type PublishProgress =
  | { readonly step: "verified"; readonly revisions: number; readonly skipped: number }
  | { readonly step: "stored"; readonly digest: string; readonly sizeBytes: number }
  | { readonly step: "append"; readonly attempt: number; readonly outcome: AppendOutcome["outcome"] };

/**
 * What became of the revision. `not-published`: it is not in the log, and never will be. `unknown`: it may be there now or
 * later; `digest` finds it in `readRevisions`. All others stay as they are.
 */
export type PublishOutcome =
  | { readonly outcome: "published"; readonly revision: PublishedRevision }
  | { readonly outcome: "unchanged"; readonly revision: PublishedRevision }
  | { readonly outcome: "dry-run"; readonly token: RevisionToken }
  | { readonly outcome: "conflict"; readonly won: PublishedRevision }
  | { readonly outcome: "not-published"; readonly cause: unknown }
  | { readonly outcome: "unknown"; readonly token: RevisionToken; readonly digest: string; readonly cause: unknown };

/**
 * Signs a change as the next revision and appends it, if the head is still the one that it was made for. The caller has
 * compiled the bundle and run its cases. Rejects with `PublishError` or `SigningError` where the change itself is at fault,
 * and with `RevisionLogError` where waiting would not help; nothing is written then.
 */
export async function publishRevision(options: PublishOptions): Promise<PublishOutcome> {
  const end = options.end ?? AbortSignal.timeout(60_000);
  const { pauseMs = 500, onProgress = () => undefined } = options;
  const prepared = await prepare(options, end, onProgress).catch(asNotPublished);
  if ("outcome" in prepared) return prepared;
  const { history, entry, manifest, digest } = prepared;
  const appended = await appendSurely({
    log: options.log,
    history,
    entry,
    messageId: digest,
    end,
    pauseMs,
    onAttempt: (attempt, outcome) => onProgress({ step: "append", attempt, outcome }),
  });
  return appended.outcome === "unknown" ? { ...appended, token: tokenOf(manifest), digest } : appended;
}

function tokenOf({ lineage, epoch, revision }: Manifest): RevisionToken {
  return { lineage, epoch, revision };
}

interface Prepared {
  readonly history: RevisionHistory;
  readonly entry: NewLogEntry;
  readonly manifest: Manifest;
  readonly digest: string;
}

async function prepare(
  options: PublishOptions,
  end: AbortSignal,
  onProgress: (progress: PublishProgress) => void,
): Promise<Prepared | PublishOutcome> {
  const { log, change, base, isForced = false } = options;
  const history = options.history ?? (await beforeEnd(end, readRevisions(log, options.anchors)));
  onProgress({ step: "verified", revisions: history.revisions.length, skipped: history.skipped.length });
  const newest = history.revisions.at(-1);
  if (base !== undefined && newest !== undefined && !isSame(base, history.chain.head)) return { outcome: "conflict", won: newest };
  assertUsable(history, options);
  const resolved = await beforeEnd(end, resolveChange(change, history, log));
  if (newest !== undefined && !isForced && isUnchanged(newest, resolved, options)) return { outcome: "unchanged", revision: newest };
  const manifest = draft(options, history, resolved);
  if (options.isDryRun === true && options.keys.length === 0) return { outcome: "dry-run", token: tokenOf(manifest) };
  const prepared = sign(options, history, { manifest, bytes: resolved.bytes });
  if (options.isDryRun === true) return { outcome: "dry-run", token: tokenOf(manifest) };
  if (prepared.entry.bundle === undefined && !resolved.isStored) {
    await beforeEnd(end, log.putBundle(resolved.digest, resolved.bytes));
    onProgress({ step: "stored", digest: resolved.digest, sizeBytes: resolved.bytes.length });
  }
  return prepared;
}

function draft({ log, change, publisher, nextKeys }: PublishOptions, history: RevisionHistory, resolved: ResolvedChange): Manifest {
  const { bytes, digest, audience, marks } = resolved;
  return toManifest(change, history, {
    bundle: { digest, sizeBytes: bytes.length, inline: bytes.length <= log.inlineLimitBytes },
    audience,
    ...(nextKeys !== undefined && { nextKeys }),
    ...marks,
    publishedAt: new Date().toISOString(),
    publisher,
  });
}

function sign(
  { keys }: PublishOptions,
  history: RevisionHistory,
  { manifest, bytes }: { readonly manifest: Manifest; readonly bytes: Buffer },
): Prepared {
  const [first, ...others] = keys;
  if (first === undefined) throw new PublishError("publish-key-untrusted", "there is no key to sign with; name one");
  const envelope = signEnvelope(manifest, [first, ...others]);
  const verified = verifyNext(history.chain, envelope, { isHistoryLost: true });
  if (!verified.ok) throw new PublishError("publish-key-untrusted", `replicas would refuse this revision: ${verified.detail}`);
  return { history, entry: { envelope, ...(manifest.bundle.inline && { bundle: bytes }) }, manifest, digest: verified.digest };
}

function toManifest(change: RevisionChange, { chain }: RevisionHistory, draft: ManifestDraft): Manifest {
  if (change.kind !== "content" || change.newEpoch === undefined) return nextManifest(chain, draft);
  const { continues = chain.head, epoch = Math.max(chain.head?.epoch ?? 0, continues?.epoch ?? 0) + 1 } = change.newEpoch;
  if (continues !== undefined) return firstOfEpoch(chain, draft, { epoch, continues });
  throw new PublishError("publish-no-such-revision", "a new epoch names the revision it comes after, and the log holds none; name it");
}

/** Where the log has lost something, what comes next in it is not what comes next for replicas that saw more. */
function assertUsable({ chain, revisions, skipped }: RevisionHistory, { change, base = null, isForced = false }: PublishOptions): void {
  if (change.kind === "content" && change.newEpoch !== undefined) return;
  const last = revisions.at(-1)?.position ?? 0;
  if (base !== null && chain.head === undefined) {
    throw new PublishError("publish-history-broken", "the log holds no revision any more; begin a new epoch that continues the newest one");
  }
  const lost = skipped.find(({ position, code, isSigned }) => position > last && isSigned && code === "revision-gap");
  if (lost !== undefined) {
    const message = `the log has lost revisions: ${lost.detail}; begin a new epoch that continues the newest one that replicas know`;
    throw new PublishError("publish-history-broken", message);
  }
  if (chain.head !== undefined || isForced) return;
  const foreign = skipped.find(({ code }) => code !== "revision-malformed" && code !== "revision-unsigned");
  if (foreign === undefined) return;
  const message = `no entry of the log is a revision of "${chain.lineage}" by a trusted key (${foreign.detail}); correct the trusted keys, or force it`;
  throw new PublishError("publish-history-unverified", message);
}

function isSame(base: ChainPosition | null, head: ChainPosition | undefined): boolean {
  if (base === null || head === undefined) return base === null && head === undefined;
  return comparePositions(base, head) === 0 && base.digest === head.digest;
}

function isUnchanged({ manifest }: PublishedRevision, { digest, audience }: ResolvedChange, options: PublishOptions): boolean {
  const { change, nextKeys } = options;
  if (nextKeys !== undefined || (change.kind === "content" && change.newEpoch !== undefined)) return false;
  const isEqual = manifest.audience.length === audience.length && manifest.audience.every((glob) => audience.includes(glob));
  return manifest.bundle.digest === digest && isEqual;
}

/** Before the append nothing can have been published, whatever did not answer. */
function asNotPublished(cause: unknown): PublishOutcome {
  if (cause instanceof EndedError || (cause instanceof RevisionLogError && cause.code === "bus-unavailable")) {
    return { outcome: "not-published", cause };
  }
  throw cause;
}
