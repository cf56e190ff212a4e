import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import {
  createNatsRevisionLog,
  fileRevisionStore,
  loadTrustAnchors,
  type NatsTls,
  type RevisionLog,
  type RevisionStore,
  type TrustAnchors,
} from "@portcullis/policy-bus";
import { BusStartError } from "./bus-start-error.ts";
import type { DecisionConfig } from "./config.ts";

/** What a follower follows, believes, and remembers by. */
export interface OpenBus {
  readonly log: RevisionLog;
  readonly anchors: TrustAnchors;
  readonly store: RevisionStore;
}

/**
 * Reads the files that following needs, and begins to connect without waiting for it. Rejects with `BusStartError` or `SigningError`
 * for what waiting would not mend; servers that do not answer, or refuse the credentials for now, are no reason.
 */
export async function openBus({ bus }: Pick<DecisionConfig, "bus">, connectionName: string): Promise<OpenBus> {
  const { servers, policySet, domain, user, trustFile = "", stateDir = "" } = bus;
  const anchors = await loadTrustAnchors(trustFile);
  const store = await openStore(stateDir);
  const [tls, credentials, password] = await Promise.all([
    readTls(bus.tls),
    bus.credentialsFile === undefined ? undefined : readCredentials(bus.credentialsFile),
    bus.passwordFile === undefined ? undefined : readText("bus.passwordFile", bus.passwordFile),
  ]);
  const log = createNatsRevisionLog({
    servers,
    name: connectionName,
    policySet,
    ...(domain !== undefined && { domain }),
    ...(tls !== undefined && { tls }),
    ...(credentials !== undefined && { credentials }),
    ...(user !== undefined && { user }),
    // Editors end files with a line break, and no password does.
    ...(password !== undefined && { password: password.replace(/\r?\n$/u, "") }),
  });
  return { log, anchors, store };
}

async function openStore(folder: string): Promise<RevisionStore> {
  try {
    const store = await fileRevisionStore(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return store;
  } catch (cause) {
    const message = `bus.stateDir "${folder}" cannot be used (${reasonOf(cause)}); name a folder that this user may write to, and no other replica uses`;
    throw new BusStartError("start-state-unusable", message, { cause });
  }
}

async function readTls({ caFile, certFile, keyFile }: DecisionConfig["bus"]["tls"]): Promise<NatsTls | undefined> {
  if (caFile === undefined && certFile === undefined) return undefined;
  const [ca, cert, key] = await Promise.all([
    caFile === undefined ? undefined : readText("bus.tls.caFile", caFile),
    certFile === undefined ? undefined : readText("bus.tls.certFile", certFile),
    keyFile === undefined ? undefined : readText("bus.tls.keyFile", keyFile),
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

async function readText(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new BusStartError(
      "start-bus-file-unreadable",
      `${setting} "${path}" cannot be read (${reasonOf(cause)}); correct the path or its rights`,
      { cause },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);
}
