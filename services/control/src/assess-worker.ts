// Runs in a worker thread: does the task that it was started with, and ends.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assessBundle, compareBundles } from "./assess-bundle.ts";
import type { AssessMessage, AssessTask } from "./assess-in-worker.ts";

async function serve(port: MessagePort, { kind, bundles }: AssessTask): Promise<void> {
  const say = (message: AssessMessage) => port.postMessage(message);
  if (kind === "compare") return say({ kind: "compared", differences: await compareBundles(bundles) });
  say({ kind: "assessed", assessment: await assessBundle(bundles, (step) => say({ kind: "progress", step })) });
}

if (parentPort !== null) await serve(parentPort, workerData);
