import { Worker } from "node:worker_threads";
import { type RevisionLogCode, RevisionLogError } from "../revision-log-error.ts";
import type { NatsServers } from "./keep-connected.ts";
import type { StreamReader } from "./stored-message.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** Where bundles are, as data that a structured clone carries. */
export interface BundleSource {
  readonly servers: NatsServers;
  readonly plan: StreamPlan;
  readonly reader: StreamReader;
}

/** What the thread is to read. */
export interface BundleTask extends BundleSource {
  readonly digest: string;
}

/**
 * What came of it. The bytes are in shared memory, which no isolate counts as its own: to be handed 40 MB makes one collect garbage at
 * once. It is free when the next collection finds it unused; the snapshot that is made of it brings that about.
 */
export type BundleAnswer =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array | undefined }
  | { readonly kind: "failed"; readonly code: RevisionLogCode; readonly message: string };

/** Reads large bundles over a connection of its own, outside the event loop. */
export interface BundleThreads {
  /** As `getBundle` of a revision log. */
  get(digest: string): Promise<Uint8Array | undefined>;
  /** Who still waits is told `bus-closed`. */
  close(): Promise<void>;
}

/** Of a thread's heap. What it holds beside garbage is the bundle, which does not count. */
const maxHeapMiB = 256;

/**
 * One thread for each bundle, which ends with it. Chunks come as base64 in JSON: on the event loop, those of a bundle of 40 MB cost
 * a tenth of a second, and garbage of more than 200 MB whose collection holds it for ten milliseconds at a time.
 */
export function createBundleThreads(source: BundleSource): BundleThreads {
  const underWay = new Set<(problem: RevisionLogError) => Promise<void>>();

  function get(digest: string): Promise<Uint8Array | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
    const task: BundleTask = { ...source, digest };
    const worker = new Worker(bundleWorker, {
      name: "bundle",
      workerData: task,
      execArgv,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    });
    const fail = (problem: RevisionLogError): Promise<void> => {
      reject(problem);
      return worker.terminate().then(() => undefined);
    };
    worker.on("message", (answer: BundleAnswer) => {
      if (answer.kind === "bytes") resolve(answer.bytes);
      else reject(new RevisionLogError(answer.code, answer.message));
    });
    worker.on("error", (cause) => reject(new RevisionLogError("bus-unavailable", "the thread that read a bundle failed", { cause })));
    worker.on("exit", () => reject(new RevisionLogError("bus-unavailable", "the thread that read a bundle ended before it was done")));
    underWay.add(fail);
    return promise.finally(() => {
      underWay.delete(fail);
      void worker.terminate();
    });
  }

  return {
    get,
    async close() {
      const closed = new RevisionLogError("bus-closed", "this revision log is closed; open a new one");
      await Promise.all([...underWay].map((fail) => fail(closed)));
    },
  };
}

const isSource = import.meta.url.endsWith(".ts");
const bundleWorker = new URL(isSource ? "./bundle-worker.ts" : "./bundle-worker.js", import.meta.url);
/** A worker takes over no flags of a test runner; sources find their workspaces by this condition. */
const execArgv = isSource ? ["--conditions=source"] : [];
