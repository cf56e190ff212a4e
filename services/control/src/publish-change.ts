import type { Bundle, RevisionToken } from "@portcullis/policy";
import {
  beforeEnd,
  type ChainPosition,
  comparePositions,
  EndedError,
  PublishError,
  type PublishOutcome,
  publishRevision,
  type RevisionChange,
  type RevisionHistory,
  RevisionLogError,
  readRevisions,
  SigningError,
} from "@portcullis/policy-bus";
import type { AdministrationContext } from "./administration-context.ts";
import { assessInWorker } from "./assess-in-worker.ts";
import { holesOf } from "./check-bundle.ts";
import { readHeld } from "./compare-bundles.ts";
import { ControlError } from "./control-error.ts";
import { encodeForPublishing } from "./encode-for-publishing.ts";
import type { ChangeRequest, PublishRequest } from "./policy-administration.ts";
import type { PublishReport } from "./publish-report.ts";
import type { PublishResult } from "./publish-result.ts";

/** A change whose bundle is known. */
export interface Publication {
  readonly change: RevisionChange;
  readonly bundle: Bundle;
  /** False for content that was checked when it was first published: then it only has to compile. */
  readonly isNew: boolean;
}

/** What is asked for, and how to find out what it comes to. */
export interface ChangePlan {
  readonly request: Omit<ChangeRequest, "audience"> & Pick<PublishRequest, "acceptsHoles" | "nextKeys">;
  readonly toPublication: (history: RevisionHistory) => Promise<Publication>;
}

const defaultTimeoutMs = 60_000;

/** Reads, checks, compares, signs and publishes. What became of it is a value, whatever happened. */
export async function publishChange(context: AdministrationContext, plan: ChangePlan): Promise<PublishResult> {
  let report: PublishReport | undefined;
  try {
    const { request } = plan;
    if (context.keys.length === 0 && request.isDryRun !== true) {
      throw new ControlError("control-no-signing-key", "there is no key to sign with; name one that the trust anchors trust");
    }
    const { history, publication, base } = await prepare(context, plan);
    if (base === undefined) return conflictWith(history);
    report = await reportOn(context, publication, { history, request });
    assertPublishable(report, publication, request);
    return { ...toResult(await publish(context, request, { history, base, ...publication })), report };
  } catch (error) {
    return { ...toFailure(error), ...(report !== undefined && { report }) };
  }
}

interface Prepared {
  readonly history: RevisionHistory;
  readonly publication: Publication;
  /** The head that the change is made for, `null` for none; undefined where the caller has seen another one. */
  readonly base: ChainPosition | null | undefined;
}

async function prepare({ log, anchors }: AdministrationContext, { request, toPublication }: ChangePlan): Promise<Prepared> {
  const end = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
  const history = await beforeEnd(end, readRevisions(log, anchors));
  request.onProgress?.({ step: "verified", revisions: history.revisions.length, skipped: history.skipped.length });
  const publication = await beforeEnd(end, toPublication(history));
  return { history, publication, base: baseOf(request.base, history) };
}

/** What is published is what was compared: a revision that comes meanwhile is a conflict. */
function baseOf(asked: RevisionToken | null | undefined, { chain, revisions }: RevisionHistory): ChainPosition | null | undefined {
  const head = chain.head ?? null;
  if (asked === undefined) return head;
  if (asked === null) return revisions.length === 0 ? head : undefined;
  // A log that was emptied is for the publication to refuse: there is no winner to name.
  if (head === null) return { epoch: asked.epoch, revision: asked.revision, digest: "" };
  return asked.lineage === chain.lineage && comparePositions(asked, head) === 0 ? head : undefined;
}

function conflictWith({ revisions, chain }: RevisionHistory): PublishResult {
  const won = revisions.at(-1);
  if (won !== undefined) return { outcome: "conflict", won };
  const message = `the log holds no revision behind ${chain.head?.revision ?? 0}, where the trust anchors begin; it was not what the caller saw`;
  return { outcome: "refused", code: "control-no-such-revision", message };
}

async function reportOn(
  { log }: AdministrationContext,
  { bundle }: Publication,
  { history, request }: { readonly history: RevisionHistory; readonly request: ChangePlan["request"] },
): Promise<PublishReport> {
  const after = await encodeForPublishing(bundle);
  const end = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
  const held = await beforeEnd(end, readHeld(log, history));
  const before = held.map(({ encoded }) => encoded);
  const { findings, differences } = await assessInWorker({ after, before }, request.onProgress ?? (() => undefined));
  const changes = differences.flatMap((difference, index) => {
    const { revision } = held[index] ?? {};
    return revision === undefined ? [] : [{ token: revision.token, audience: revision.manifest.audience, difference }];
  });
  const { digest, sizeBytes } = after;
  return { digest, sizeBytes, ...findings, changes };
}

function assertPublishable(report: PublishReport, { isNew }: Publication, { acceptsHoles = false }: ChangePlan["request"]): void {
  const { mistakes, attacks, cases } = report;
  if (mistakes.length > 0) throw new ControlError("control-policies-invalid", "the policies do not compile; mend what is listed");
  if (!isNew) return;
  const [hole] = holesOf(attacks);
  if (hole !== undefined && !acceptsHoles) {
    const message = `policy "${hole.policy}" allows "${hole.pattern}", by which strangers can have an image admitted; narrow it, or accept the holes`;
    throw new ControlError("control-holes-open", message);
  }
  if (cases.failed > 0) throw new ControlError("control-cases-failed", "decision cases of the folder fail; mend the policies or the cases");
}

async function publish(
  { log, anchors, keys, publisher }: AdministrationContext,
  request: ChangePlan["request"],
  { change, history, base }: Publication & { readonly history: RevisionHistory; readonly base: ChainPosition | null },
): Promise<PublishOutcome> {
  const { nextKeys, isForced = false, isDryRun = false, timeoutMs = defaultTimeoutMs, onProgress } = request;
  return publishRevision({
    log,
    anchors,
    keys,
    change,
    publisher: request.publisher ?? publisher,
    history,
    base,
    isForced,
    isDryRun,
    end: AbortSignal.timeout(timeoutMs),
    ...(nextKeys !== undefined && { nextKeys }),
    ...(onProgress !== undefined && { onProgress }),
  });
}

function toResult(outcome: PublishOutcome): PublishResult {
  if (outcome.outcome === "not-published") return toFailure(outcome.cause);
  if (outcome.outcome !== "unknown") return outcome;
  const { token, digest, cause } = outcome;
  return { outcome: "unknown", token, digest, message: messageOf(cause) };
}

/** Only what was thrown before anything was written. */
function toFailure(error: unknown): PublishResult {
  if (error instanceof ControlError || error instanceof PublishError || error instanceof SigningError) {
    return { outcome: "refused", code: error.code, message: error.message };
  }
  if (error instanceof RevisionLogError) return { outcome: "not-published", code: error.code, message: error.message };
  if (error instanceof EndedError) return { outcome: "not-published", code: "control-timeout", message: error.message };
  throw error;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
