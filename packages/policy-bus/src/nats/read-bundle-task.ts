import { RevisionLogError } from "../revision-log-error.ts";
import { createBundleStore } from "./bundle-store.ts";
import type { BundleAnswer, BundleTask } from "./bundle-thread.ts";
import { createNatsLink } from "./nats-link.ts";

/** Reads one bundle over a connection of its own. */
export async function readBundleTask({ servers, plan, reader, digest }: BundleTask): Promise<BundleAnswer> {
  const link = createNatsLink({ ...servers, name: `${servers.name}, bundle` });
  try {
    const bytes = await createBundleStore(link, plan, reader).get(digest);
    return { kind: "bytes", bytes: bytes === undefined ? undefined : inSharedMemory(bytes) };
  } catch (error) {
    if (!(error instanceof RevisionLogError)) throw error;
    return { kind: "failed", code: error.code, message: error.message };
  } finally {
    await link.close();
  }
}

function inSharedMemory(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
