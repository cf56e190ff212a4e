// Runs in a worker thread, which gives way before it loads what it needs: that alone takes a tenth of a second.
import { parentPort } from "node:worker_threads";
import { giveWay } from "./give-way.ts";

giveWay();
if (parentPort !== null) {
  const { serveCompile } = await import("./serve-compile.ts");
  serveCompile(parentPort);
}
