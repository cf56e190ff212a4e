import { writeFileAtomically } from "../write-file-atomically.ts";
import type { TrustAnchors } from "./chain.ts";
import { lineagePattern, readPosition } from "./manifest.ts";
import { readPublicKeys } from "./public-key.ts";
import { readSmallFile } from "./read-small-file.ts";
import { SigningError } from "./signing-error.ts";
import { codeOrReasonOf } from "./signing-key-file.ts";
import { attempt, fieldsOf, readJson, textOf } from "./strict-json.ts";

const maxTrustBytes = 64 * 1024;

/**
 * Reads the file of trusted keys: JSON with `lineage`, `keys` (each with `keyId` and `spki`) and, if wanted, `startsAfter`.
 * Rejects with `SigningError`.
 */
export async function loadTrustAnchors(path: string): Promise<TrustAnchors> {
  const { bytes } = await readSmallFile(path).catch((cause: unknown) => {
    throw new SigningError("trust-unreadable", `"${path}" cannot be read (${codeOrReasonOf(cause)}); correct the path or its rights`, {
      cause,
    });
  });
  return parseTrustAnchors(bytes, path);
}

/** Reads the content of a file of trusted keys. `source` names it in messages. Throws `SigningError`. */
export function parseTrustAnchors(bytes: Uint8Array, source: string): TrustAnchors {
  return attempt(
    () => readJson(bytes, { what: "it", maxBytes: maxTrustBytes, read: readTrustAnchors }),
    (cause) => {
      throw new SigningError("trust-malformed", `"${source}" is no file of trusted keys: ${cause.message}`, { cause });
    },
  );
}

export function formatTrustAnchors(anchors: TrustAnchors): string {
  return `${JSON.stringify(anchors, null, 2)}\n`;
}

/** Replaces the file of trusted keys. Everybody may read it: keys to verify with are no secret. Rejects with `SigningError`. */
export async function writeTrustAnchors(path: string, anchors: TrustAnchors): Promise<void> {
  const text = formatTrustAnchors(anchors);
  parseTrustAnchors(Buffer.from(text), path);
  await writeFileAtomically(path, text, { mode: 0o644 }).catch((cause: unknown) => {
    throw new SigningError("trust-unwritable", `"${path}" cannot be written (${codeOrReasonOf(cause)}); make its folder writable`, {
      cause,
    });
  });
}

function readTrustAnchors(value: unknown): TrustAnchors {
  const fields = fieldsOf(value, "it", { required: ["lineage", "keys"], optional: ["startsAfter"] });
  return {
    lineage: textOf(fields.get("lineage"), "lineage", lineagePattern),
    keys: readPublicKeys(fields.get("keys"), "keys"),
    ...(fields.has("startsAfter") && { startsAfter: readPosition(fields.get("startsAfter"), "startsAfter") }),
  };
}
