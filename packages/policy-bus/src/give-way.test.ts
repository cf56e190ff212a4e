import { readFileSync } from "node:fs";
import { platform } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";

/** Of the thread that asks; field 19 of its line in `/proc`, counted behind the name, which may hold blanks. */
const ownNiceness = 'Number(readFileSync("/proc/thread-self/stat", "utf8").replace(/^.*\\) /u, "").split(" ")[16])';

describe.runIf(platform() === "linux")("giveWay", () => {
  it("lowers the priority of the thread that calls it, and of no other", async () => {
    const source = `import { readFileSync } from "node:fs"; import { parentPort } from "node:worker_threads";
      import { giveWay } from ${JSON.stringify(new URL("./give-way.ts", import.meta.url).href)}; giveWay(); parentPort.postMessage(${ownNiceness});`;
    const before = nicenessOfProcess();

    const niceness = await answerOf(source);

    expect(niceness).toBe(Math.min(19, before + 5));
    expect(nicenessOfProcess()).toBe(before);
  });
});

function nicenessOfProcess(): number {
  return Number(
    readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /u, "")
      .split(" ")[16],
  );
}

function answerOf(source: string): Promise<unknown> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}
