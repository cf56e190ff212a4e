import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateNkeySeed, type NatsPart, publicKeyOf } from "@portcullis/policy-bus/nats-server-config";
import { CliError } from "./cli-error.ts";

/** A credential that was there or was made. */
export interface CredentialFile {
  readonly part: NatsPart;
  /** Its name in the folder. */
  readonly file: string;
  readonly isNew: boolean;
  /** What the servers know it by: a password, or the public key of a seed. */
  readonly credential: string;
}

/** Reads the credential of each part, or makes it where there is none: what replicas were given stays valid. */
export async function ensureCredentials(parts: readonly NatsPart[], folder: string): Promise<readonly CredentialFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(unwritable(folder));
  return Promise.all(parts.map((part) => ensureCredential(part, folder)));
}

/** Writes a file that only its owner may read, also where one stands that others may. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 }).catch(unwritable(path));
  await chmod(path, 0o600);
}

async function ensureCredential(part: NatsPart, folder: string): Promise<CredentialFile> {
  const isPassword = part.kind === "leaf" || part.kind === "route";
  const file = `${part.name}.${isPassword ? "password" : "nk"}`;
  const path = join(folder, file);
  const found = await readIfThere(path);
  const secret = found ?? (isPassword ? `${randomBytes(32).toString("base64url")}\n` : generateNkeySeed());
  if (found === undefined) await writePrivateFile(path, secret);
  const password = secret.trim();
  // It stands in addresses and in quotation marks, where nothing else is meant to be.
  if (isPassword && !/^[A-Za-z0-9_-]{32,72}$/.test(password)) {
    throw new CliError("cli-unreadable", `"${path}" holds no password that was made here; move it away, and run this again`);
  }
  return { part, file, isNew: found === undefined, credential: isPassword ? password : publicKeyOf(secret) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("cli-unreadable", `"${path}" cannot be read: ${reason}`, { cause: error });
  }
}

function unwritable(path: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("cli-unwritable", `"${path}" cannot be written: ${reason}; name another folder with --out`, { cause: error });
  };
}
