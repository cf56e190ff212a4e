import type { ChainState } from "./chain.ts";
import type { ChainPosition, Manifest } from "./manifest.ts";

/** What a publisher decides about a revision; its place in the chain follows from the chain. */
export type ManifestDraft = Omit<Manifest, "lineage" | "epoch" | "revision" | "prevDigest" | "continues">;

/** The manifest that comes after the head of a chain, or the first of its lineage. */
export function nextManifest({ lineage, head }: ChainState, draft: ManifestDraft): Manifest {
  if (head === undefined) return { lineage, epoch: 1, revision: 1, prevDigest: null, ...draft };
  return { lineage, epoch: head.epoch, revision: head.revision + 1, prevDigest: head.digest, ...draft };
}

/** Where a new epoch begins. */
export interface NewEpoch {
  /** Higher than any that was ever used, also in what a restore has lost. */
  readonly epoch: number;
  readonly continues: ChainPosition;
}

/** The first manifest of a new epoch: after a restore, or to leave revisions out. Names the keys of the chain anew unless the draft names others. */
export function firstOfEpoch({ lineage, keys }: ChainState, draft: ManifestDraft, { epoch, continues }: NewEpoch): Manifest {
  return { lineage, epoch, revision: 1, prevDigest: null, continues, nextKeys: keys, ...draft };
}
