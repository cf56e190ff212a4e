import { type ChainState, startChain } from "./chain.ts";
import { type ManifestDraft, nextManifest } from "./draft-manifest.ts";
import { signEnvelope } from "./envelope.ts";
import type { Manifest } from "./manifest.ts";
import { generateSigningKey, type SigningKey } from "./signing-key.ts";
import { type VerifiedRevision, verifyNext } from "./verify-next.ts";

/** The first revision of a lineage, as far as the test does not say otherwise. */
export function aManifest(fields: Partial<Manifest> = {}): Manifest {
  return { lineage: "policies", epoch: 1, revision: 1, prevDigest: null, ...aDraft(), ...fields };
}

export function aDraft(fields: Partial<ManifestDraft> = {}): ManifestDraft {
  const bundle = { digest: aDigest("a"), sizeBytes: 100, inline: true };
  return { bundle, audience: ["*"], publishedAt: "2026-01-02T03:04:05.678Z", publisher: "ci@example.com", ...fields };
}

export function aDigest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

/** A chain that grows by publishing. */
export interface Lineage {
  readonly key: SigningKey;
  readonly start: ChainState;
  readonly chain: () => ChainState;
  /** Signs what comes next, by `key` unless another is named; the chain goes on from there. */
  readonly publish: (draft?: Partial<ManifestDraft>, by?: SigningKey) => Buffer;
  /** Signs a manifest as it is, and goes on from there. */
  readonly publishManifest: (manifest: Manifest, by?: SigningKey) => Buffer;
}

export function aLineage(key: SigningKey = generateSigningKey()): Lineage {
  const start = startChain({ lineage: "policies", keys: [key.entry] });
  let chain = start;
  function publishManifest(manifest: Manifest, by: SigningKey = key): Buffer {
    const envelope = signEnvelope(manifest, [by]);
    chain = accepted(chain, envelope).chain;
    return envelope;
  }
  return {
    key,
    start,
    chain: () => chain,
    publish: (draft = {}, by = key) => publishManifest(nextManifest(chain, aDraft(draft)), by),
    publishManifest,
  };
}

export function accepted(chain: ChainState, envelope: Uint8Array): VerifiedRevision {
  const verified = verifyNext(chain, envelope);
  if (!verified.ok) throw new Error(`${verified.code}: ${verified.detail}`);
  return verified;
}
