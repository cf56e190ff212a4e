import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type PublicKeyEntry, toPublicKeyEntry } from "./public-key.ts";
import { SigningError } from "./signing-error.ts";

/** An Ed25519 key that signs revisions. */
export interface SigningKey {
  /** Its public half, as others must know it. */
  readonly entry: PublicKeyEntry;
  readonly privateKey: KeyObject;
}

export function generateSigningKey(): SigningKey {
  return toSigningKey(generateKeyPairSync("ed25519").privateKey);
}

/** PEM (PKCS #8), without passphrase. */
export function formatSigningKey({ privateKey }: SigningKey): string {
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/** Reads an Ed25519 private key in PEM. `source` names it in messages. Throws `SigningError`. */
export function parseSigningKey(pem: string, source: string): SigningKey {
  const advice = "make one with `portcullis keys init`";
  if (/-BEGIN ENCRYPTED/u.test(pem)) {
    throw new SigningError("signing-key-malformed", `"${source}" is protected by a passphrase; store it without one`);
  }
  const privateKey = parsePem(pem, source, advice);
  if (privateKey.asymmetricKeyType === "ed25519") return toSigningKey(privateKey);
  const type = privateKey.asymmetricKeyType ?? "unknown";
  throw new SigningError("signing-key-malformed", `"${source}" holds a key of type "${type}"; only Ed25519 signs revisions: ${advice}`);
}

function parsePem(pem: string, source: string, advice: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: "pem" });
  } catch (cause) {
    throw new SigningError("signing-key-malformed", `"${source}" holds no private key in PEM; ${advice}`, { cause });
  }
}

function toSigningKey(privateKey: KeyObject): SigningKey {
  return { entry: toPublicKeyEntry(createPublicKey(privateKey)), privateKey };
}
