import type { Bundle } from "@portcullis/policy";
import {
  decodeBundle,
  PublishError,
  type PublishedRevision,
  type RevisionHistory,
  type RevisionLog,
  readBundleBytes,
} from "@portcullis/policy-bus";
import type { EncodedBundle } from "./assess-bundle.ts";

/** The bundle of a revision. Rejects with `PublishError` where the log does not hold it whole any more. */
export async function readBundle(log: RevisionLog, revision: PublishedRevision): Promise<Bundle> {
  const decoded = await decodeBundle(await readBundleBytes(log, revision), revision.manifest.bundle);
  if (decoded.ok) return decoded.bundle;
  throw new PublishError("publish-bundle-missing", `the bundle of revision ${revision.token.revision} cannot be read: ${decoded.detail}`);
}

// Each is a bundle to fetch and to compare; waves are few.
const maxHeld = 4;

/** A revision that some cluster may hold, with its bundle. */
export interface HeldRevision {
  readonly revision: PublishedRevision;
  readonly encoded: EncodedBundle;
}

/**
 * The revisions that clusters may hold now, newest first: those down to one that is for all. Several, while an audience is
 * widened in waves. A bundle that is gone is left out: it cannot be compared.
 */
export async function readHeld(log: RevisionLog, { revisions }: RevisionHistory): Promise<readonly HeldRevision[]> {
  const held: HeldRevision[] = [];
  for (const revision of heldOf(revisions)) {
    const encoded = await readEncoded(log, revision).catch(missing);
    if (encoded !== undefined) held.push({ revision, encoded });
  }
  return held;
}

/** The bundle of a revision as it was published. Rejects as `readBundle` does. */
export async function readEncoded(log: RevisionLog, revision: PublishedRevision): Promise<EncodedBundle> {
  const { digest, sizeBytes } = revision.manifest.bundle;
  return { bytes: await readBundleBytes(log, revision), digest, sizeBytes };
}

function heldOf(revisions: readonly PublishedRevision[]): readonly PublishedRevision[] {
  const held: PublishedRevision[] = [];
  for (const revision of revisions.toReversed()) {
    const isKnown = held.some(({ manifest }) => manifest.audience.join() === revision.manifest.audience.join());
    if (!isKnown) held.push(revision);
    if (held.length === maxHeld || revision.manifest.audience.includes("*")) break;
  }
  return held;
}

function missing(error: unknown): undefined {
  if (!(error instanceof PublishError) || error.code !== "publish-bundle-missing") throw error;
}
