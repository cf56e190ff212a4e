import { readFile } from "node:fs/promises";
import { createNatsRevisionLog, type NatsRevisionLog, type NatsTls } from "@portcullis/policy-bus";
import type { BusIdentity } from "./bus-settings.ts";
import { BusStartError } from "./bus-start-error.ts";

export interface BusAccess extends BusIdentity {
  readonly servers: readonly string[];
}

/**
 * Reads the files that connecting needs, and begins to connect without waiting for it. Rejects with `BusStartError` for what waiting
 * would not mend; servers that do not answer, or refuse the credentials for now, are no reason.
 */
export async function openRevisionLog(bus: BusAccess, connectionName: string): Promise<NatsRevisionLog> {
  const { servers, policySet, domain, user } = bus;
  const [tls, nkeySeed, credentials, password] = await Promise.all([
    readTls(bus.tls),
    readOptional("bus.nkeyFile", bus.nkeyFile),
    bus.credentialsFile === undefined ? undefined : readCredentials(bus.credentialsFile),
    readOptional("bus.passwordFile", bus.passwordFile),
  ]);
  return createNatsRevisionLog({
    servers,
    name: connectionName,
    policySet,
    ...(domain !== undefined && { domain }),
    ...(tls !== undefined && { tls }),
    ...(nkeySeed !== undefined && { nkeySeed }),
    ...(credentials !== undefined && { credentials }),
    ...(user !== undefined && { user }),
    // Editors end files with a line break, and no password does.
    ...(password !== undefined && { password: password.replace(/\r?\n$/u, "") }),
  });
}

async function readTls({ caFile, certFile, keyFile }: BusIdentity["tls"]): Promise<NatsTls | undefined> {
  if (caFile === undefined && certFile === undefined) return undefined;
  const [ca, cert, key] = await Promise.all([
    readOptional("bus.tls.caFile", caFile),
    readOptional("bus.tls.certFile", certFile),
    readOptional("bus.tls.keyFile", keyFile),
  ]);
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

/** The client reads credentials whenever it connects: broken ones would fail for ever, and look like servers that are down. */
async function readCredentials(path: string): Promise<string> {
  const text = await readText("bus.credentialsFile", path);
  if (/BEGIN NATS USER JWT/u.test(text) && /BEGIN USER NKEY SEED/u.test(text)) return text;
  const message = `bus.credentialsFile "${path}" holds no NATS credentials: a user JWT and its seed; take the .creds file as it was made`;
  throw new BusStartError("start-bus-credentials-malformed", message);
}

async function readOptional(setting: string, path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readText(setting, path);
}

async function readText(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : String(cause);
    const message = `${setting} "${path}" cannot be read (${reason}); correct the path or its rights`;
    throw new BusStartError("start-bus-file-unreadable", message, { cause });
  }
}
