import { namesCluster } from "@portcullis/policy";
import { type InForce, prepareBundle } from "./follow-apply.ts";
import type { FollowHost } from "./follow-host.ts";
import type { FollowCode } from "./follow-problem.ts";
import { decodeProgress, laterOf, type VerifiedStoredRevision, verifyStoredRevision } from "./follow-records.ts";
import { reasonOf } from "./reason-of.ts";
import type { RevisionNack } from "./replica-status.ts";
import type { RecordName } from "./revision-store.ts";
import { startChain } from "./signing/chain.ts";
import type { ChainPosition } from "./signing/manifest.ts";

/** Puts the stored revision in force, if it is whole, still trusted, and none was in force after it. Never rejects. */
export async function resumeFollowing(host: FollowHost): Promise<InForce> {
  const { anchors } = host;
  const bytes = await readRecord(host, "progress");
  const progress = bytes && decodeProgress(bytes, anchors);
  if (bytes !== undefined && progress === undefined) alarm(host, "follow-store-refused", "the stored progress is torn or not ours");
  const nacks: RevisionNack[] = [];
  const stored = await readStoredRevision(host, progress?.applied);
  const isInForce = stored !== undefined && (await serve(stored, host, nacks));
  return {
    // Without a revision in force all of the log is looked at again, for the one that may serve.
    chain: isInForce ? stored.chain : startChain(anchors),
    reached: laterOf(progress?.reached, stored?.position),
    provenAt: isInForce ? progress?.provenAt : undefined,
    nacks,
    applied: isInForce ? { position: stored.position, bundleDigest: stored.manifest.bundle.digest } : undefined,
    highest: laterOf(progress?.applied, isInForce ? stored.position : undefined),
    isUnwritten: true,
  };
}

async function readRecord(host: FollowHost, name: RecordName): Promise<Uint8Array | undefined> {
  try {
    return await host.store.read(name);
  } catch (error) {
    alarm(host, "follow-store-unusable", reasonOf(error));
    return undefined;
  }
}

async function readStoredRevision(host: FollowHost, highest: ChainPosition | undefined): Promise<VerifiedStoredRevision | undefined> {
  const bytes = await readRecord(host, "revision");
  if (bytes === undefined) return undefined;
  const stored = verifyStoredRevision(bytes, host.anchors);
  if (stored === undefined) return alarm(host, "follow-store-refused", "the stored revision is torn, changed or signed by no trusted key");
  const { position } = stored;
  if (highest === undefined || laterOf(position, highest) === position) {
    if (highest?.epoch !== position.epoch || highest.revision !== position.revision || highest.digest === position.digest) return stored;
  }
  return alarm(host, "follow-store-regressed", `revision ${position.epoch}.${position.revision} is stored, and a newer one was in force`);
}

async function serve({ manifest, bundle }: VerifiedStoredRevision, host: FollowHost, nacks: RevisionNack[]): Promise<boolean> {
  // The cluster may have been renamed since.
  if (!namesCluster(manifest.audience, host.cluster)) return false;
  const options = { ...host, force: { nacks } };
  let swap = await prepareBundle(manifest, bundle, { ...options, mayFail: true });
  // The log, where it would be tried again, may not be there.
  if (swap === "failed") swap = await prepareBundle(manifest, bundle, { ...options, mayFail: false });
  if (typeof swap !== "function") return false;
  swap();
  return true;
}

function alarm({ onProblem }: FollowHost, code: FollowCode, detail: string): undefined {
  onProblem({ code, detail, isAlarm: true });
}
