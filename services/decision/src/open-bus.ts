import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { BusStartError, openRevisionLog } from "@portcullis/bus-access";
import { fileRevisionStore, loadTrustAnchors, type RevisionLog, type RevisionStore, type TrustAnchors } from "@portcullis/policy-bus";
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
  const { trustFile = "", stateDir = "" } = bus;
  const anchors = await loadTrustAnchors(trustFile);
  const store = await openStore(stateDir);
  return { log: await openRevisionLog(bus, connectionName), anchors, store };
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

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);
}
