import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { FormatError, fieldsOf, listOf, textOf } from "./strict-json.ts";

/** An Ed25519 key that may sign revisions, as it stands in files and manifests. */
export interface PublicKeyEntry {
  /** `sha256:<hex>` over the SubjectPublicKeyInfo in DER. */
  readonly keyId: string;
  /** The SubjectPublicKeyInfo in DER, in base64. */
  readonly spki: string;
}

/** Most keys of one set: enough for people and CI to overlap during a rotation. */
export const maxKeys = 16;

/** `sha256:<hex>`, as every digest here is written. */
export const digestPattern = /^sha256:[0-9a-f]{64}$/u;

// RFC 8410: an Ed25519 key has exactly one encoding, this prefix and 32 bytes.
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const spkiLength = spkiPrefix.length + 32;

export function toPublicKeyEntry(key: KeyObject): PublicKeyEntry {
  const spki = key.export({ format: "der", type: "spki" });
  return { keyId: sha256(spki), spki: spki.toString("base64") };
}

/** Reads one entry; its id must be that of its key. Throws `FormatError`. */
export function readPublicKeyEntry(value: unknown, at: string): PublicKeyEntry {
  const fields = fieldsOf(value, at, { required: ["keyId", "spki"] });
  const keyId = textOf(fields.get("keyId"), `${at}.keyId`, digestPattern);
  const spki = textOf(fields.get("spki"), `${at}.spki`, /^[A-Za-z0-9+/]{59}=$/u);
  const der = decodeBase64(spki);
  if (der?.length !== spkiLength || !der.subarray(0, spkiPrefix.length).equals(spkiPrefix)) {
    throw new FormatError(`${at}.spki is no Ed25519 key`);
  }
  if (sha256(der) !== keyId) throw new FormatError(`${at}.keyId is not the id of its key, which is "${sha256(der)}"`);
  return { keyId, spki };
}

/** Reads a set of keys: never empty, none twice. */
export function readPublicKeys(value: unknown, at: string): readonly PublicKeyEntry[] {
  const keys = listOf(value, at, { min: 1, max: maxKeys, read: readPublicKeyEntry });
  if (new Set(keys.map(({ keyId }) => keyId)).size === keys.length) return keys;
  throw new FormatError(`${at} names a key twice`);
}

/** Parsing a key takes longer than verifying by it. */
const keyObjects = new WeakMap<PublicKeyEntry, KeyObject>();

export function isSignedBy(entry: PublicKeyEntry, message: Uint8Array, signature: Uint8Array): boolean {
  let key = keyObjects.get(entry);
  if (key === undefined) {
    key = createPublicKey({ key: Buffer.from(entry.spki, "base64"), format: "der", type: "spki" });
    keyObjects.set(entry, key);
  }
  return verify(null, message, key, signature);
}

/** `undefined` for anything but the one padded spelling: Node itself skips what is no base64, and drops loose bits. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
