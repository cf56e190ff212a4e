import type { ChainPosition } from "./manifest.ts";
import { type PublicKeyEntry, sha256 } from "./public-key.ts";

/** What an operator gives every replica: whom to believe, about which set of policies. */
export interface TrustAnchors {
  readonly lineage: string;
  /** Keys that may sign the first revision that is followed. Never empty. */
  readonly keys: readonly PublicKeyEntry[];
  /** Follow from the revision after this one: for replicas set up when keys that signed earlier ones are no longer trusted. */
  readonly startsAfter?: ChainPosition;
}

/** How far a chain of manifests was verified, without gap. A value: `verifyNext` returns a new one. */
export interface ChainState {
  readonly lineage: string;
  /** Absent before the first revision. */
  readonly head?: ChainPosition;
  /** The keys that may sign what comes after the head. */
  readonly keys: readonly PublicKeyEntry[];
  /** Identifies the keys of the trust anchors it began with. */
  readonly anchors: string;
}

export function startChain({ lineage, keys, startsAfter }: TrustAnchors): ChainState {
  return { lineage, keys, anchors: identifyKeys(keys), ...(startsAfter !== undefined && { head: startsAfter }) };
}

/** Negative, zero or positive as `a` is before, at or after `b`. Digests are not compared. */
export function comparePositions(a: Omit<ChainPosition, "digest">, b: Omit<ChainPosition, "digest">): number {
  return a.epoch === b.epoch ? a.revision - b.revision : a.epoch - b.epoch;
}

/** Equal for equal sets of keys, in whatever order. */
export function identifyKeys(keys: readonly PublicKeyEntry[]): string {
  const ids = keys.map(({ keyId }) => keyId).sort();
  return sha256(Buffer.from(ids.join("\n")));
}
