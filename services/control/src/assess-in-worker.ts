import { Worker } from "node:worker_threads";
import type { BundleDifference } from "@portcullis/policy";
import { type AssessedBundles, type Assessment, assessBundle, compareBundles, type EncodedBundle } from "./assess-bundle.ts";
import { ControlError } from "./control-error.ts";
import type { PublishStep } from "./publish-progress.ts";

/** What the thread is sent. */
export interface AssessTask {
  readonly kind: "assess" | "compare";
  readonly bundles: AssessedBundles;
}

/** What the thread says; the last is the answer to its task. */
export type AssessMessage =
  | { readonly kind: "progress"; readonly step: PublishStep }
  | { readonly kind: "assessed"; readonly assessment: Assessment }
  | { readonly kind: "compared"; readonly differences: readonly BundleDifference[] };

export interface AssessOptions {
  /** Bundles of more bytes together are looked at in a thread. Default 256 KiB: a few tens of milliseconds. */
  readonly maxInProcessBytes?: number;
  /** Default: ten minutes. */
  readonly timeoutMs?: number;
  /** Of the thread's heap. Default: 512 MiB and twelve times the bytes. */
  readonly maxHeapMiB?: number;
}

/**
 * As `assessBundle`, in a thread of its own where it would hold the event loop for long. Rejects with `control-check-failed` where the
 * thread fails, of memory or time; the process goes on.
 */
export async function assessInWorker(
  bundles: AssessedBundles,
  onProgress: (step: PublishStep) => void,
  options: AssessOptions = {},
): Promise<Assessment> {
  if (isSmall(bundles, options)) return assessBundle(bundles, onProgress);
  return inThread({ kind: "assess", bundles }, options, (message) => {
    if (message.kind === "progress") onProgress(message.step);
    return message.kind === "assessed" ? message.assessment : undefined;
  });
}

/** As `compareBundles`, likewise. */
export async function compareInWorker(bundles: AssessedBundles, options: AssessOptions = {}): Promise<readonly BundleDifference[]> {
  if (isSmall(bundles, options)) return compareBundles(bundles);
  return inThread({ kind: "compare", bundles }, options, (message) => (message.kind === "compared" ? message.differences : undefined));
}

function isSmall(bundles: AssessedBundles, { maxInProcessBytes = 256 * 1024 }: AssessOptions): boolean {
  return sizeOf(bundles) <= maxInProcessBytes;
}

function sizeOf({ after, before }: AssessedBundles): number {
  return [after, ...before].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function inThread<T>(
  { kind, bundles }: AssessTask,
  { timeoutMs = 600_000, maxHeapMiB }: AssessOptions,
  answerOf: (message: AssessMessage) => T | undefined,
): Promise<T> {
  const copies = { after: copyOf(bundles.after), before: bundles.before.map(copyOf) };
  const worker = new Worker(new URL("./assess-worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB ?? 512 + Math.ceil((12 * sizeOf(bundles)) / 2 ** 20) },
  });
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const fail = (message: string, cause?: unknown) => reject(new ControlError("control-check-failed", message, { cause }));
  const timer = setTimeout(() => fail(`the checks took longer than ${timeoutMs} ms; split the lists`), timeoutMs);
  worker.on("message", (message: AssessMessage) => {
    const answer = answerOf(message);
    if (answer !== undefined) resolve(answer);
  });
  worker.once("error", (error: unknown) => fail(`the thread that checks the bundle failed: ${String(error)}`, error));
  worker.once("exit", () => fail("the thread that checks the bundle ended without an answer"));
  const buffers = [copies.after, ...copies.before].map(({ bytes }) => bytes.buffer);
  worker.postMessage({ kind, bundles: copies } satisfies AssessTask, buffers);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** The bytes are needed here too, and only memory that belongs to nobody else can be handed over. */
function copyOf(bundle: EncodedBundle): EncodedBundle & { readonly bytes: Uint8Array<ArrayBuffer> } {
  return { ...bundle, bytes: new Uint8Array(bundle.bytes) };
}
