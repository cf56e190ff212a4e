import { RevisionLogError } from "../revision-log-error.ts";
import { createBundleStore } from "./bundle-store.ts";
import type { BundleAnswer, BundleTask } from "./bundle-thread.ts";
import { createNatsLink } from "./nats-link.ts";
import { apiOf } from "./stored-message.ts";
import { planStreams } from "./stream-plan.ts";

/** Reads one bundle over a connection of its own. */
export async function readBundleTask({ options, digest }: BundleTask): Promise<BundleAnswer> {
  const { policySet = "default", domain, timeoutMs = 5_000, syncAlways: _, ...servers } = options;
  const link = createNatsLink({ ...servers, name: `${servers.name}, bundle` });
  try {
    const bundles = createBundleStore(link, planStreams(policySet), { api: apiOf(domain), timeoutMs });
    const bytes = await bundles.get(digest);
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
