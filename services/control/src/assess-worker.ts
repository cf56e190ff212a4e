// Runs in a worker thread: does the one task that it is sent.
import { type MessagePort, parentPort } from "node:worker_threads";
import { assessBundle, compareBundles } from "./assess-bundle.ts";
import type { AssessMessage, AssessTask } from "./assess-in-worker.ts";

async function serve(port: MessagePort, { kind, bundles }: AssessTask): Promise<void> {
  const say = (message: AssessMessage) => port.postMessage(message);
  if (kind === "compare") return say({ kind: "compared", differences: await compareBundles(bundles) });
  say({ kind: "assessed", assessment: await assessBundle(bundles, (step) => say({ kind: "progress", step })) });
}

const port = parentPort;
port?.once("message", (task: AssessTask) => void serve(port, task));
