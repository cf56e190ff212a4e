import { systemCodeOf } from "../policy-folder-problem.ts";
import { writeFileAtomically } from "../write-file-atomically.ts";
import { readSmallFile, type SmallFile } from "./read-small-file.ts";
import { SigningError } from "./signing-error.ts";
import { formatSigningKey, parseSigningKey, type SigningKey } from "./signing-key.ts";

/** A signing key, and what a careful operator would mend about its file. */
export interface LoadedSigningKey {
  readonly key: SigningKey;
  /** Complete sentences without a full stop. A mounted secret is often readable by its group, so this is no error. */
  readonly warnings: readonly string[];
}

/** Reads a key that `writeSigningKey` or OpenSSL wrote. Rejects with `SigningError`. */
export async function loadSigningKey(path: string): Promise<LoadedSigningKey> {
  const { bytes, isPrivate } = await readKeyFile(path);
  const key = parseSigningKey(bytes.toString("utf8"), path);
  return { key, warnings: isPrivate ? [] : [`"${path}" may be read by others than its owner; run chmod 600 on it`] };
}

/** Writes a key to a new file that only its owner may read. Never replaces a file. Rejects with `SigningError`. */
export async function writeSigningKey(path: string, key: SigningKey): Promise<void> {
  try {
    await writeFileAtomically(path, formatSigningKey(key), { mode: 0o600, isNew: true });
  } catch (cause) {
    if (systemCodeOf(cause) === "EEXIST") {
      throw new SigningError("signing-key-exists", `"${path}" exists; move it away, or name another file`, { cause });
    }
    throw new SigningError("signing-key-unwritable", `"${path}" cannot be written (${systemCodeOf(cause)}); make its folder writable`, {
      cause,
    });
  }
}

async function readKeyFile(path: string): Promise<SmallFile> {
  try {
    return await readSmallFile(path);
  } catch (cause) {
    throw new SigningError(
      "signing-key-unreadable",
      `"${path}" cannot be read (${codeOrReasonOf(cause)}); correct the path or its rights`,
      {
        cause,
      },
    );
  }
}

/** Code of the operating system, or the message where there is none. */
export function codeOrReasonOf(error: unknown): string {
  const code = systemCodeOf(error);
  return code === "" && error instanceof Error ? error.message : code;
}
