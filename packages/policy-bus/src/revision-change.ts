import { type Bundle, namesCluster } from "@portcullis/policy";
import { PublishError } from "./publish-error.ts";
import type { PublishedRevision, RevisionHistory } from "./revision-history.ts";
import type { RevisionLog } from "./revision-log.ts";
import { encodeBundle } from "./signing/bundle-bytes.ts";
import type { ChainPosition, Manifest } from "./signing/manifest.ts";
import { sha256 } from "./signing/public-key.ts";

/** What a new revision is to be. `rollback` and `widen` name a revision of the epoch that the head is in. */
export type RevisionChange =
  | {
      readonly kind: "content";
      readonly bundle: Bundle;
      readonly audience: readonly string[];
      /** Begins a new epoch: after a restore, or to leave revisions out. */
      readonly newEpoch?: NewEpochRequest;
    }
  | { readonly kind: "rollback"; readonly to: number; readonly audience: readonly string[] }
  | { readonly kind: "widen"; readonly revision: number; readonly audience: readonly string[] };

export interface NewEpochRequest {
  /** Higher than any that was ever used. Default: the one after the head's. */
  readonly epoch?: number;
  /** The revision it comes after, where that is another than the head of the log. */
  readonly continues?: ChainPosition;
}

/** What a change comes to, once the history is known. */
export interface ResolvedChange {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly audience: readonly string[];
  readonly marks: Partial<Pick<Manifest, "rollbackOf" | "widens">>;
  /** The bundle is in the store by its digest already. */
  readonly isStored: boolean;
}

/** Throws `PublishError` where the history does not hold what the change names. */
export async function resolveChange(change: RevisionChange, history: RevisionHistory, log: RevisionLog): Promise<ResolvedChange> {
  const { audience } = change;
  if (change.kind === "content") {
    const bytes = await encodeBundle(change.bundle);
    return { bytes, digest: sha256(bytes), audience, marks: {}, isStored: false };
  }
  const number = change.kind === "rollback" ? change.to : change.revision;
  const earlier = findRevision(history, number);
  if (change.kind === "widen") assertWider(earlier, audience);
  const bytes = await readBundleBytes(log, earlier);
  const { digest, inline } = earlier.manifest.bundle;
  const marks = change.kind === "rollback" ? { rollbackOf: number } : { widens: number };
  return { bytes, digest, audience, marks, isStored: !inline };
}

function findRevision({ chain, revisions }: RevisionHistory, number: number): PublishedRevision {
  const epoch = chain.head?.epoch;
  const found = revisions.find(({ token }) => token.epoch === epoch && token.revision === number);
  if (found !== undefined) return found;
  throw new PublishError("publish-no-such-revision", `there is no revision ${number} in this epoch of the log; name one that is there`);
}

/** What one glob leaves out another may name, so what can be compared is each glob as a name, and as a glob. */
function assertWider({ token, manifest }: PublishedRevision, audience: readonly string[]): void {
  const lost = manifest.audience.find((glob) => !audience.includes(glob) && !namesCluster(audience, glob));
  if (lost === undefined) return;
  const message = `revision ${token.revision} is in force for "${lost}", and the new audience leaves it out; name it too`;
  throw new PublishError("publish-audience-not-wider", message);
}

/** The bytes of an earlier bundle, whole. Throws `PublishError` where they are not there any more. */
export async function readBundleBytes(log: RevisionLog, { position, token, manifest }: PublishedRevision): Promise<Buffer> {
  const { digest, inline } = manifest.bundle;
  const bytes = inline ? await readInline(log, position) : await log.getBundle(digest);
  if (bytes !== undefined && sha256(bytes) === digest) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const message = `the bundle of revision ${token.revision} is not in the log whole any more; publish the folder it came from`;
  throw new PublishError("publish-bundle-missing", message);
}

async function readInline(log: RevisionLog, position: number): Promise<Uint8Array | undefined> {
  for await (const entry of log.readAfter(position - 1)) return entry.position === position ? entry.bundle : undefined;
  return undefined;
}
