import { type Bundle, diffBundles } from "@portcullis/policy";
import {
  decodeBundle,
  PublishError,
  type PublishedRevision,
  type RevisionHistory,
  type RevisionLog,
  readBundleBytes,
} from "@portcullis/policy-bus";
import type { ChangeAgainst } from "./publish-report.ts";

/** The bundle of a revision. Rejects with `PublishError` where the log does not hold it whole any more. */
export async function readBundle(log: RevisionLog, revision: PublishedRevision): Promise<Bundle> {
  const decoded = await decodeBundle(await readBundleBytes(log, revision), revision.manifest.bundle);
  if (decoded.ok) return decoded.bundle;
  throw new PublishError("publish-bundle-missing", `the bundle of revision ${revision.token.revision} cannot be read: ${decoded.detail}`);
}

// Each is a bundle to fetch and to compare; waves are few.
const maxHeld = 4;

/**
 * The revisions that clusters may hold now, newest first: those down to one that is for all. Several, while an audience is
 * widened in waves.
 */
export function heldRevisions({ revisions }: RevisionHistory): readonly PublishedRevision[] {
  const held: PublishedRevision[] = [];
  for (const revision of revisions.toReversed()) {
    const isKnown = held.some(({ manifest }) => manifest.audience.join() === revision.manifest.audience.join());
    if (!isKnown) held.push(revision);
    if (held.length === maxHeld || revision.manifest.audience.includes("*")) break;
  }
  return held;
}

/** What changes against each revision that some cluster may hold. A bundle that is gone is left out: it cannot be compared. */
export async function compareWithHeld(log: RevisionLog, history: RevisionHistory, bundle: Bundle): Promise<readonly ChangeAgainst[]> {
  const changes: ChangeAgainst[] = [];
  for (const held of heldRevisions(history)) {
    const before = await readBundle(log, held).catch(missing);
    const { token, manifest } = held;
    if (before !== undefined) changes.push({ token, audience: manifest.audience, difference: diffBundles(before, bundle) });
  }
  return changes;
}

function missing(error: unknown): undefined {
  if (!(error instanceof PublishError) || error.code !== "publish-bundle-missing") throw error;
}
