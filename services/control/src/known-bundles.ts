import type { RevisionToken } from "@portcullis/policy";
import type { ReplicaStatus, RevisionHistory, RevisionReader } from "@portcullis/policy-bus";

/** Which bundle each revision has that the log held when it was looked at last. */
export interface KnownBundles {
  /** Undefined: the log held no such revision. */
  digestOf(token: RevisionToken): string | undefined;
  /** Whether a replica serves nothing, or what the log held. */
  knows(status: ReplicaStatus): boolean;
  /** Looks again. Rejects with `RevisionLogError`. */
  look(): Promise<void>;
}

/** Looks for the first time. Rejects with `RevisionLogError`. */
export async function readKnownBundles(read: RevisionReader): Promise<KnownBundles> {
  let held = indexOf(await read());
  const digestOf = (token: RevisionToken) => held.get(keyOf(token));
  return {
    digestOf,
    knows: ({ applied }) => applied === null || digestOf(applied) !== undefined,
    async look() {
      held = indexOf(await read());
    },
  };
}

function indexOf({ revisions }: RevisionHistory): ReadonlyMap<string, string> {
  return new Map(revisions.map(({ token, manifest }) => [keyOf(token), manifest.bundle.digest]));
}

function keyOf({ lineage, epoch, revision }: RevisionToken): string {
  return JSON.stringify([lineage, epoch, revision]);
}
