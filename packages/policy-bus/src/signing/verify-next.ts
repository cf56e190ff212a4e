import { type ChainState, comparePositions } from "./chain.ts";
import { type OpenedEnvelope, openParsedEnvelope, type ParsedEnvelope, parseEnvelope } from "./envelope.ts";
import { type ChainPosition, decodeManifest, type Manifest } from "./manifest.ts";
import { sha256 } from "./public-key.ts";
import { type RevisionProblem, revisionProblem } from "./revision-problem.ts";

/** An envelope that is next in a chain, and the chain with it. */
export interface VerifiedRevision extends OpenedEnvelope {
  readonly chain: ChainState;
  /** The head before, where a new epoch leaves it out: a restore from an older copy. Its revisions will never come back. */
  readonly abandoned?: ChainPosition;
}

export interface VerifyOptions {
  /**
   * The log was read from its first entry to its head, and what is missing is not in it any more. A new epoch is then followed
   * although revisions before it were never seen: it names all keys anew, so nothing of them is needed. Default false.
   */
  readonly isHistoryLost?: boolean;
}

/**
 * Decides whether an envelope is what comes next. Signed by a key of the chain, of its lineage, and either the next revision,
 * naming the digest of the head, or the first of a higher epoch. Pure; a refusal leaves the chain as it was.
 */
export function verifyNext(
  chain: ChainState,
  envelope: Uint8Array,
  { isHistoryLost = false }: VerifyOptions = {},
): VerifiedRevision | RevisionProblem {
  const parsed = parseEnvelope(envelope);
  if ("ok" in parsed) return parsed;
  const opened = openParsedEnvelope(parsed, chain.keys);
  if (!opened.ok) return opened.code === "revision-foreign-key" ? explainForeignKey(chain, parsed, opened) : opened;
  const problem = misplaced(chain, opened, isHistoryLost);
  if (problem !== undefined) return problem;
  const { manifest, digest } = opened;
  const { epoch, revision, nextKeys = chain.keys, continues } = manifest;
  const leavesOutHead = chain.head !== undefined && continues !== undefined && comparePositions(continues, chain.head) < 0;
  return {
    ...opened,
    chain: { ...chain, head: { epoch, revision, digest }, keys: nextKeys },
    ...(leavesOutHead && { abandoned: chain.head }),
  };
}

/**
 * A key that is not trusted has innocent reasons: an old revision by a key that was removed since, or a new one by a key that
 * comes in between. What the envelope claims is not proven, and decides only whether to raise an alarm.
 */
function explainForeignKey(chain: ChainState, { payload }: ParsedEnvelope, foreign: RevisionProblem): RevisionProblem {
  const manifest = decodeManifest(payload);
  if ("problem" in manifest) return foreign;
  const problem = misplaced(chain, { manifest, digest: sha256(payload) }, false);
  return problem === undefined || problem.isAlarm ? foreign : problem;
}

/** Why a manifest is not the next one; `undefined` if it is. */
function misplaced(
  chain: ChainState,
  { manifest, digest }: Pick<OpenedEnvelope, "manifest" | "digest">,
  isHistoryLost: boolean,
): RevisionProblem | undefined {
  const { head, lineage } = chain;
  const name = nameOf(manifest);
  if (manifest.lineage !== lineage) {
    return revisionProblem("revision-other-lineage", `it belongs to "${manifest.lineage}", and "${lineage}" is followed`);
  }
  if (head === undefined) {
    return manifest.revision === 1 ? undefined : revisionProblem("revision-gap", `${name} comes before the first of its epoch`);
  }
  const order = comparePositions(manifest, head);
  if (order < 0) return revisionProblem("revision-lower", `${name} is older than ${nameOf(head)}`);
  if (order === 0) {
    if (digest === head.digest) return revisionProblem("revision-repeated", `${name} is known`);
    return revisionProblem("revision-fork", `${name} was signed twice: "${head.digest}" is followed, this is "${digest}"`);
  }
  return manifest.epoch === head.epoch ? misplacedWithin(head, manifest) : misplacedEpoch(head, manifest, isHistoryLost);
}

function misplacedWithin(head: ChainPosition, manifest: Manifest): RevisionProblem | undefined {
  const name = nameOf(manifest);
  if (manifest.revision !== head.revision + 1) return revisionProblem("revision-gap", `${name} is not the one after ${nameOf(head)}`);
  if (manifest.prevDigest === head.digest) return undefined;
  return revisionProblem("revision-fork", `${name} comes after "${manifest.prevDigest ?? ""}", and not after "${head.digest}"`);
}

function misplacedEpoch(head: ChainPosition, manifest: Manifest, isHistoryLost: boolean): RevisionProblem | undefined {
  const { continues } = manifest;
  const name = nameOf(manifest);
  if (continues === undefined) return revisionProblem("revision-gap", `${name} comes before the first of its epoch`);
  const order = comparePositions(continues, head);
  if (order > 0 && !isHistoryLost) {
    return revisionProblem("revision-gap", `${name} continues ${nameOf(continues)}, and ${nameOf(head)} is the newest known`);
  }
  if (order !== 0 || continues.digest === head.digest) return undefined;
  return revisionProblem("revision-fork", `${name} continues another ${nameOf(continues)}: "${continues.digest}", not "${head.digest}"`);
}

function nameOf({ epoch, revision }: Omit<ChainPosition, "digest">): string {
  return `revision ${epoch}.${revision}`;
}
