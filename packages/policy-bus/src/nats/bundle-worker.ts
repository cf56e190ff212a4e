// Runs in a worker thread, which gives way before it loads what it needs: that alone takes a tenth of a second.
import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "../give-way.ts";
import type { BundleTask } from "./bundle-thread.ts";

giveWay();
if (parentPort !== null) {
  const { readBundleTask } = await import("./read-bundle-task.ts");
  parentPort.postMessage(await readBundleTask(workerData as BundleTask));
}
