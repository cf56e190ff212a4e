import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Hold } from "./watch-holds.ts";

/** What a server process tells about itself; holds since the last question. */
export interface Usage extends Hold {
  readonly cpuMicros: number;
}

/** A server in a process of its own, which is measured from inside. */
export interface MeasuredServer {
  readonly port: number;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}

/** Starts `servers/<name>.ts`; its log goes nowhere, as into a pipe that somebody else reads. */
export async function startMeasuredServer(name: string, args: readonly string[]): Promise<MeasuredServer> {
  const child = fork(fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url)), [...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--conditions=source"],
  });
  const port = await firstMessage(child, name);
  return {
    port,
    async usage() {
      child.send("usage");
      const [usage]: unknown[] = await once(child, "message");
      if (!isUsage(usage)) throw new Error(`${name} did not say what it used`);
      return usage;
    },
    async close() {
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function firstMessage(child: ChildProcess, name: string): Promise<number> {
  const [port]: unknown[] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`the server "${name}" ended (${code}) before it listened`);
    }),
  ]);
  if (typeof port !== "number") throw new Error(`the server "${name}" did not name its port`);
  return port;
}

function isUsage(value: unknown): value is Usage {
  return typeof value === "object" && value !== null && "cpuMicros" in value && "holdMs" in value && "busyHoldMs" in value;
}
