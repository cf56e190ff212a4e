import { formatRevision } from "@portcullis/policy";
import type { PublishedRevision } from "@portcullis/policy-bus";

/** A revision as programs see it. */
export function revisionObject({ token, digest, position, manifest, signedBy }: PublishedRevision): object {
  const { bundle, audience, publishedAt, publisher, rollbackOf, widens, continues, nextKeys } = manifest;
  return {
    token,
    digest,
    position,
    bundleDigest: bundle.digest,
    bundleSizeBytes: bundle.sizeBytes,
    audience,
    publishedAt,
    publisher,
    signedBy,
    ...(rollbackOf !== undefined && { rollbackOf }),
    ...(widens !== undefined && { widens }),
    ...(continues !== undefined && { continues }),
    ...(nextKeys !== undefined && { nextKeys: nextKeys.map(({ keyId }) => keyId) }),
  };
}

/** `all clusters`, `clusters canary-*, prod-1`. */
export function describeAudience(audience: readonly string[]): string {
  return audience.includes("*") ? "all clusters" : `clusters ${audience.join(", ")}`;
}

/** `sha256:` and the first characters: enough to tell a handful apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

/** What sets a revision apart from one with new content; empty for those. */
export function describeMarks({ token, manifest }: PublishedRevision): readonly string[] {
  const { rollbackOf, widens, continues, nextKeys } = manifest;
  const nameOf = (revision: number) => formatRevision({ ...token, revision });
  return [
    ...(rollbackOf === undefined ? [] : [`brings back ${nameOf(rollbackOf)}`]),
    ...(widens === undefined ? [] : [`widens ${nameOf(widens)}`]),
    ...(continues === undefined ? [] : [`begins epoch ${token.epoch} after ${formatRevision({ ...token, ...continues })}`]),
    ...(nextKeys === undefined || continues !== undefined
      ? []
      : [`from here on signed by ${nextKeys.map(({ keyId }) => shortDigest(keyId)).join(", ")}`]),
  ];
}
