import { beforeEnd } from "./before-end.ts";
import { CompileWorkerError } from "./compile-worker-error.ts";
import type { FollowHost } from "./follow-host.ts";
import type { Candidate } from "./follow-log.ts";
import { encodeStoredRevision } from "./follow-records.ts";
import { reasonOf } from "./reason-of.ts";
import type { RevisionNack } from "./replica-status.ts";
import { decodeBundle } from "./signing/bundle-bytes.ts";
import { type ChainState, comparePositions } from "./signing/chain.ts";
import type { ChainPosition, Manifest } from "./signing/manifest.ts";

/** A revision that answers are given by. */
export interface AppliedBundle {
  readonly position: ChainPosition;
  readonly bundleDigest: string;
}

/** What is in force, and how far it ever came. Changed in place by the one apply that is under way. */
export interface InForce {
  readonly chain: ChainState;
  /** How far the chain was verified before this start. */
  readonly reached: ChainPosition | undefined;
  /** Milliseconds of the wall clock; undefined where nothing stored is in force. */
  readonly provenAt: number | undefined;
  readonly nacks: RevisionNack[];
  applied: AppliedBundle | undefined;
  /** Nothing before it is ever put in force again. */
  highest: ChainPosition | undefined;
  /** The stored progress does not yet tell of `highest`. */
  isUnwritten: boolean;
}

export interface ApplyOptions extends FollowHost {
  readonly force: InForce;
  readonly fetch: (digest: string) => Promise<Uint8Array | undefined>;
  readonly closed: AbortSignal;
}

const maxNacks = 16;

/** How often a revision is compiled whose thread came to an end. */
const maxAttempts = 3;

/** Candidates whose thread came to an end, and how often. */
const failedAttempts = new WeakMap<Candidate, number>();

/**
 * Applies the newest candidate, or the next older one where it is refused for good. False: one waits for a bundle or for the
 * disk, and is tried again with the next read.
 */
export async function applyCandidates(candidates: Candidate[], options: ApplyOptions): Promise<boolean> {
  for (let newest = candidates.at(-1); newest !== undefined; newest = candidates.at(-1)) {
    const outcome = mayFollow(options.force, newest.position) ? await applyCandidate(newest, options) : "applied";
    if (outcome === "waiting") return false;
    if (outcome === "applied") candidates.length = 0;
    else candidates.pop();
  }
  return true;
}

/** The highest itself may come again only where its stored copy was lost. */
function mayFollow({ applied, highest }: InForce, position: ChainPosition): boolean {
  if (highest === undefined) return true;
  const order = comparePositions(position, highest);
  return order > 0 || (order === 0 && applied === undefined && position.digest === highest.digest);
}

async function applyCandidate(candidate: Candidate, options: ApplyOptions): Promise<"applied" | "refused" | "waiting"> {
  const { force, closed, store, onProblem } = options;
  const { manifest, entry, position, before } = candidate;
  const bytes = entry.bundle ?? (await options.fetch(manifest.bundle.digest));
  if (bytes === undefined) {
    onProblem({ code: "follow-bundle-missing", detail: `the bundle "${manifest.bundle.digest}" is not there yet`, isAlarm: false });
    return "waiting";
  }
  const attempts = (failedAttempts.get(candidate) ?? 0) + 1;
  // Compiling may take minutes, and whoever ends waits for none of it.
  const swap = await beforeEnd(closed, prepareBundle(manifest, bytes, { ...options, mayFail: attempts < maxAttempts }));
  if (swap === undefined) return "refused";
  if (swap === "failed") {
    failedAttempts.set(candidate, attempts);
    return "waiting";
  }
  try {
    await store.write("revision", ...encodeStoredRevision({ before, envelope: entry.envelope, bundle: bytes }));
  } catch (error) {
    // Without it a restart would go back to the revision before.
    onProblem({ code: "follow-store-unusable", detail: reasonOf(error), isAlarm: true });
    return "waiting";
  }
  if (closed.aborted) return "waiting";
  swap();
  force.applied = { position, bundleDigest: manifest.bundle.digest };
  force.highest = position;
  force.isUnwritten = true;
  return "applied";
}

export interface PrepareOptions extends Pick<ApplyOptions, "prepare" | "onProblem"> {
  readonly force: Pick<InForce, "nacks">;
  /** Where the thread that compiles comes to an end, that is no refusal yet: what it died of may be gone the next time. */
  readonly mayFail: boolean;
}

/** What puts a revision in force; undefined, and a NACK, where it is refused. */
export async function prepareBundle(
  manifest: Manifest,
  bytes: Uint8Array,
  { prepare, force, onProblem, mayFail }: PrepareOptions,
): Promise<(() => void) | "failed" | undefined> {
  const { lineage, epoch, revision, bundle: claim } = manifest;
  const token = { lineage, epoch, revision };
  function nack(code: string, detail: string): undefined {
    force.nacks.push({ token, code, detail });
    if (force.nacks.length > maxNacks) force.nacks.shift();
  }
  const decoded = await decodeBundle(bytes, claim);
  if (!decoded.ok) {
    const { code, detail } = decoded;
    onProblem({ code, detail, isAlarm: code !== "bundle-too-large" });
    return nack(code, detail);
  }
  try {
    return await prepare({ token, digest: claim.digest, bundle: decoded.bundle });
  } catch (error) {
    const detail = reasonOf(error);
    onProblem({ code: "follow-not-prepared", detail: `revision ${epoch}.${revision}: ${detail}`, isAlarm: false });
    if (mayFail && error instanceof CompileWorkerError) return "failed";
    return nack(error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "follow-not-prepared", detail);
  }
}
