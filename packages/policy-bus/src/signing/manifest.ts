import { clusterGlobPattern } from "@portcullis/policy";
import { digestPattern, type PublicKeyEntry, readPublicKeys } from "./public-key.ts";
import { SigningError } from "./signing-error.ts";
import { attempt, countOf, FormatError, fieldsOf, flagOf, listOf, readExactJson, textOf } from "./strict-json.ts";

/** Where a chain stands: the newest manifest that was verified. */
export interface ChainPosition {
  readonly epoch: number;
  readonly revision: number;
  /** `sha256:<hex>` over the signed bytes of that manifest. */
  readonly digest: string;
}

/** The bundle that a revision puts in force. */
export interface BundleClaim {
  /** As `bundleDigest` computes it. */
  readonly digest: string;
  /** Of what `encodeBundle` returns. */
  readonly sizeBytes: number;
  /** It travels beside the envelope; else it is fetched by its digest. */
  readonly inline: boolean;
}

/**
 * What a revision is, and what is signed. Overlays need no field: they are files of the bundle below `overlays/<cluster
 * glob>/`, so that one digest and one signature hold for every cluster, and any replica can check all of them.
 */
export interface Manifest {
  readonly lineage: string;
  readonly epoch: number;
  /** From 1 in each epoch, without gaps. */
  readonly revision: number;
  /** Digest of the manifest before; `null` for revision 1 only. */
  readonly prevDigest: string | null;
  readonly bundle: BundleClaim;
  /** Globs of the clusters it is meant for; `["*"]` for all. Never empty. */
  readonly audience: readonly string[];
  /** Revision 1 of every epoch but the first names the revision it comes after. */
  readonly continues?: ChainPosition;
  /** All keys that may sign from the next revision on. Absent: as before. Always there beside `continues`. */
  readonly nextKeys?: readonly PublicKeyEntry[];
  /** An earlier revision of this epoch whose content comes back. */
  readonly rollbackOf?: number;
  /** An earlier revision of this epoch with the same bundle and a smaller audience. */
  readonly widens?: number;
  /** ISO 8601 in UTC with milliseconds; for people only. */
  readonly publishedAt: string;
  readonly publisher: string;
}

/** Most bytes of a manifest. */
export const maxManifestBytes = 64 * 1024;

/** Most bytes of an encoded bundle: the files of the largest policy folder, and their paths. */
export const maxEncodedBundleBytes = 272 * 1024 * 1024;

/** A set of policies keeps its lineage for ever. 1 to 64 letters, digits, `_` and `-`: it also stands in subjects and file names. */
export const lineagePattern = /^[A-Za-z0-9_-]{1,64}$/u;

/** The bytes to sign. Throws `SigningError` when they would be refused by `decodeManifest`. */
export function encodeManifest(manifest: Manifest): Buffer {
  const bytes = Buffer.from(JSON.stringify(manifest));
  const decoded = decodeManifest(bytes);
  if ("problem" in decoded) throw new SigningError("signing-invalid-manifest", `this revision cannot be published: ${decoded.problem}`);
  return bytes;
}

/** Why bytes are no manifest that this release can obey. */
export interface ManifestProblem {
  /** A lower-case clause. */
  readonly problem: string;
  /** A later release may understand it. */
  readonly isNewer: boolean;
}

/**
 * Reads exactly what `encodeManifest` writes. A field that is unknown here is refused: it was signed because it matters (it
 * may narrow what is in force), and a replica that cannot obey it must say so rather than enforce something else.
 */
export function decodeManifest(bytes: Uint8Array): Manifest | ManifestProblem {
  return attempt(
    () => readExactJson(bytes, { what: "the manifest", maxBytes: maxManifestBytes, read: readManifest }),
    ({ message, isNewer }): ManifestProblem => ({ problem: message, isNewer }),
  );
}

const shape = {
  required: ["lineage", "epoch", "revision", "prevDigest", "bundle", "audience", "publishedAt", "publisher"],
  optional: ["continues", "nextKeys", "rollbackOf", "widens"],
};

function readManifest(value: unknown): Manifest {
  const fields = fieldsOf(value, "the manifest", shape);
  const revision = countOf(fields.get("revision"), "revision", { min: 1 });
  const manifest: Manifest = {
    lineage: textOf(fields.get("lineage"), "lineage", lineagePattern),
    epoch: countOf(fields.get("epoch"), "epoch", { min: 1 }),
    revision,
    prevDigest: fields.get("prevDigest") === null ? null : textOf(fields.get("prevDigest"), "prevDigest", digestPattern),
    bundle: readBundleClaim(fields.get("bundle")),
    audience: listOf(fields.get("audience"), "audience", { min: 1, max: 256, read: readGlob }),
    ...(fields.has("continues") && { continues: readPosition(fields.get("continues"), "continues") }),
    ...(fields.has("nextKeys") && { nextKeys: readPublicKeys(fields.get("nextKeys"), "nextKeys") }),
    ...(fields.has("rollbackOf") && { rollbackOf: countOf(fields.get("rollbackOf"), "rollbackOf", { min: 1, max: revision - 1 }) }),
    ...(fields.has("widens") && { widens: countOf(fields.get("widens"), "widens", { min: 1, max: revision - 1 }) }),
    publishedAt: readTime(fields.get("publishedAt")),
    // Printed to terminals and logs: nothing that moves a cursor, reverses text or breaks a line.
    publisher: textOf(fields.get("publisher"), "publisher", /^[^\p{C}\p{Zl}\p{Zp}]{1,256}$/u),
  };
  assertLinked(manifest);
  return manifest;
}

function assertLinked({ epoch, revision, prevDigest, continues, nextKeys }: Manifest): void {
  if ((prevDigest === null) !== (revision === 1)) throw new FormatError("prevDigest must be null for revision 1, and a digest after it");
  if ((continues !== undefined) !== (revision === 1 && epoch > 1)) {
    throw new FormatError("continues must be there for revision 1 of an epoch after the first, and nowhere else");
  }
  if (continues === undefined) return;
  if (continues.epoch >= epoch) throw new FormatError("continues must name an earlier epoch");
  // Replicas may have seen different revisions of the epoch that ends: from here on they must trust the same keys again.
  if (nextKeys === undefined) throw new FormatError("nextKeys must be there beside continues");
}

/** Throws `FormatError`. */
export function readPosition(value: unknown, at: string): ChainPosition {
  const fields = fieldsOf(value, at, { required: ["epoch", "revision", "digest"] });
  return {
    epoch: countOf(fields.get("epoch"), `${at}.epoch`, { min: 1 }),
    revision: countOf(fields.get("revision"), `${at}.revision`, { min: 1 }),
    digest: textOf(fields.get("digest"), `${at}.digest`, digestPattern),
  };
}

function readBundleClaim(value: unknown): BundleClaim {
  const fields = fieldsOf(value, "bundle", { required: ["digest", "sizeBytes", "inline"] });
  return {
    digest: textOf(fields.get("digest"), "bundle.digest", digestPattern),
    sizeBytes: countOf(fields.get("sizeBytes"), "bundle.sizeBytes", { min: 1, max: maxEncodedBundleBytes }),
    inline: flagOf(fields.get("inline"), "bundle.inline"),
  };
}

function readGlob(value: unknown, at: string): string {
  return textOf(value, at, clusterGlobPattern);
}

function readTime(value: unknown): string {
  const text = textOf(value, "publishedAt", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u);
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) throw new FormatError("publishedAt is no time");
  return text;
}
