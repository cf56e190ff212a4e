import type { PublishedRevision, RevisionHistory, RevisionLog } from "@portcullis/policy-bus";
import { compareInWorker } from "./assess-in-worker.ts";
import { readBundle, readEncoded } from "./compare-bundles.ts";
import { ControlError } from "./control-error.ts";
import type { RevisionComparison, RevisionDetail, RevisionList } from "./revision-list.ts";

/** A verified log as a list. */
export function listRevisions({ chain, revisions, skipped }: RevisionHistory): RevisionList {
  return { lineage: chain.lineage, revisions, skipped, keys: chain.keys };
}

/** Rejects with `PublishError` where the bundle is gone. */
export async function showRevision(log: RevisionLog, revision: PublishedRevision): Promise<RevisionDetail> {
  return { revision, bundle: await readBundle(log, revision) };
}

/** Rejects with `PublishError` where one of the bundles is gone. */
export async function compareRevisions(log: RevisionLog, before: PublishedRevision, after: PublishedRevision): Promise<RevisionComparison> {
  const bundles = { after: await readEncoded(log, after), before: [await readEncoded(log, before)] };
  const [difference] = await compareInWorker(bundles);
  if (difference === undefined) throw new ControlError("control-check-failed", "the bundles were not compared");
  return { before, after, difference };
}
