import { openEnvelope, type PublicKeyEntry } from "@portcullis/policy-bus";
import type { BundleRecipe } from "./bundle-recipe.ts";
import type { EntryEvent } from "./history-event.ts";

export interface KnownWriters {
  /** Of everybody who may have signed, strangers among them. */
  readonly keys: readonly PublicKeyEntry[];
  /** By digest of the bundle. */
  readonly recipes: ReadonlyMap<string, BundleRecipe>;
}

/** What an observer notes of an entry of the log; undefined where it is no envelope of a known writer. */
export function toEntryEvent(at: number, envelope: Uint8Array, { keys, recipes }: KnownWriters): EntryEvent | undefined {
  const opened = openEnvelope(envelope, keys);
  if (!opened.ok) return undefined;
  const { manifest, digest, signedBy } = opened;
  const { epoch, revision, prevDigest, continues, bundle, audience, nextKeys } = manifest;
  const recipe = recipes.get(bundle.digest);
  if (recipe === undefined) return undefined;
  return {
    kind: "entry",
    at,
    epoch,
    revision,
    digest,
    prevDigest,
    continues: continues?.digest ?? null,
    bundleDigest: bundle.digest,
    recipe,
    audience,
    signedBy,
    nextKeys: nextKeys?.map(({ keyId }) => keyId) ?? null,
  };
}
