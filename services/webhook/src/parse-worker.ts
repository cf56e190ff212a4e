// Runs in a worker thread: reads one body at a time and hands back what it asks about, not an object tree.
import { parentPort } from "node:worker_threads";
import { parseReview } from "./parse-review.ts";
import type { ParseJob } from "./parse-thread.ts";

parentPort?.on("message", ({ path, bytes, context }: ParseJob) => {
  parentPort?.postMessage(parseReview(path, Buffer.from(bytes), context));
});
