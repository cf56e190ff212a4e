import { sign } from "node:crypto";
import { decodeManifest, encodeManifest, type Manifest, maxManifestBytes } from "./manifest.ts";
import { decodeBase64, isSignedBy, maxKeys, type PublicKeyEntry, sha256 } from "./public-key.ts";
import { type RevisionProblem, revisionProblem } from "./revision-problem.ts";
import { SigningError } from "./signing-error.ts";
import type { SigningKey } from "./signing-key.ts";
import { attempt, FormatError, fieldsOf, listOf, readExactJson, textOf } from "./strict-json.ts";

/** What the payload of an envelope is. A format that older replicas must not misread gets another. */
export const manifestPayloadType = "application/vnd.portcullis.revision.v1+json";

/** Most bytes of an envelope: the largest manifest in base64, with a signature by every key. */
export const maxEnvelopeBytes = Math.ceil(maxManifestBytes / 3) * 4 + maxKeys * 256 + 1_024;

const signatureBytes = 64;

/** A manifest whose signature was verified. */
export interface OpenedEnvelope {
  readonly ok: true;
  readonly manifest: Manifest;
  /** `sha256:<hex>` over the signed bytes. */
  readonly digest: string;
  /** Ids of the trusted keys that signed. Never empty. */
  readonly signedBy: readonly string[];
}

/** An envelope as it was parsed; nothing in it is proven. */
export interface ParsedEnvelope {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signatures: readonly EnvelopeSignature[];
}

interface EnvelopeSignature {
  readonly keyId: string;
  readonly signature: Buffer;
}

/** Pre-authentication encoding of DSSE 1.0: what is signed in place of the payload, so that its type is signed too. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}

/**
 * Signs a manifest with every key, once each. The bytes are a DSSE envelope in JSON. One trusted key suffices to verify it; two
 * sign where some replicas know the one and some the other. Throws `SigningError`.
 */
export function signEnvelope(manifest: Manifest, keys: readonly [SigningKey, ...SigningKey[]]): Buffer {
  if (new Set(keys.map(({ entry }) => entry.keyId)).size !== keys.length || keys.length > maxKeys) {
    throw new SigningError("signing-invalid-manifest", `sign with 1 to ${maxKeys} keys, with each of them once`);
  }
  const payload = encodeManifest(manifest);
  const message = preAuthenticationEncoding(manifestPayloadType, payload);
  const signatures = keys.map(({ entry, privateKey }) => ({
    keyid: entry.keyId,
    sig: sign(null, message, privateKey).toString("base64"),
  }));
  return Buffer.from(JSON.stringify({ payload: payload.toString("base64"), payloadType: manifestPayloadType, signatures }));
}

/**
 * Reads an envelope as `signEnvelope` writes it, and no other spelling: DSSE lets readers skip unknown fields and take either
 * base64, for envelopes of any origin; these come from one writer, and changed bytes are worth an alarm.
 */
export function parseEnvelope(bytes: Uint8Array): ParsedEnvelope | RevisionProblem {
  return attempt(
    () => readExactJson(bytes, { what: "the envelope", maxBytes: maxEnvelopeBytes, read: readEnvelope }),
    ({ message }) => revisionProblem("revision-malformed", message),
  );
}

/** Verifies an envelope against a set of keys, then reads its manifest. Says nothing of its place in a chain. */
export function openEnvelope(bytes: Uint8Array, trusted: readonly PublicKeyEntry[]): OpenedEnvelope | RevisionProblem {
  const envelope = parseEnvelope(bytes);
  return "ok" in envelope ? envelope : openParsedEnvelope(envelope, trusted);
}

/** As `openEnvelope`, for an envelope that is parsed already. */
export function openParsedEnvelope(envelope: ParsedEnvelope, trusted: readonly PublicKeyEntry[]): OpenedEnvelope | RevisionProblem {
  const signedBy = verifySignatures(envelope, trusted);
  if ("ok" in signedBy) return signedBy;
  const { payload, payloadType } = envelope;
  if (payloadType !== manifestPayloadType) {
    return revisionProblem("revision-unsupported", `its type is ${JSON.stringify(payloadType)}; upgrade this replica`);
  }
  const manifest = decodeManifest(payload);
  if ("problem" in manifest) return revisionProblem(manifest.isNewer ? "revision-unsupported" : "revision-malformed", manifest.problem);
  return { ok: true, manifest, digest: sha256(payload), signedBy };
}

function verifySignatures(
  { payload, payloadType, signatures }: ParsedEnvelope,
  trusted: readonly PublicKeyEntry[],
): readonly string[] | RevisionProblem {
  if (signatures.length === 0) return revisionProblem("revision-unsigned", "it carries no signature");
  const message = preAuthenticationEncoding(payloadType, payload);
  const signedBy: string[] = [];
  for (const { keyId, signature } of signatures) {
    const key = trusted.find((entry) => entry.keyId === keyId);
    if (key === undefined) continue;
    if (!isSignedBy(key, message, signature)) return revisionProblem("revision-bad-signature", `the signature by "${keyId}" is wrong`);
    signedBy.push(keyId);
  }
  if (signedBy.length > 0) return signedBy;
  const ids = signatures.map(({ keyId }) => JSON.stringify(keyId)).join(", ");
  return revisionProblem("revision-foreign-key", `it is signed by ${ids}, and no such key is trusted`);
}

function readEnvelope(value: unknown): ParsedEnvelope {
  const fields = fieldsOf(value, "the envelope", { required: ["payload", "payloadType", "signatures"] });
  const signatures = listOf(fields.get("signatures"), "signatures", { min: 0, max: maxKeys, read: readSignature });
  if (new Set(signatures.map(({ keyId }) => keyId)).size !== signatures.length) throw new FormatError("a key signs twice");
  return {
    payload: readBase64(fields.get("payload"), "payload"),
    payloadType: textOf(fields.get("payloadType"), "payloadType", /^[\x21-\x7e]{1,128}$/u),
    signatures,
  };
}

function readSignature(value: unknown, at: string): EnvelopeSignature {
  const fields = fieldsOf(value, at, { required: ["keyid", "sig"] });
  const signature = readBase64(fields.get("sig"), `${at}.sig`);
  if (signature.length !== signatureBytes)
    throw new FormatError(`${at}.sig has ${signature.length} bytes; Ed25519 makes ${signatureBytes}`);
  return { keyId: textOf(fields.get("keyid"), `${at}.keyid`, /^[\x21-\x7e]{1,128}$/u), signature };
}

function readBase64(value: unknown, at: string): Buffer {
  const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
  if (bytes === undefined) throw new FormatError(`${at} is no base64 in its one spelling`);
  return bytes;
}
