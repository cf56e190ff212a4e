import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { AskedWindow } from "./asked-window.ts";

/** Somebody who asks a decision service steadily, in a process of its own. */
export interface SteadyAsker {
  /** What came back since the last time. */
  take(): Promise<AskedWindow>;
  /** Resolves once an answer was given by a revision as new as this one. */
  servedAt(revision: number): Promise<void>;
  close(): Promise<void>;
}

export interface SteadyAskerOptions {
  readonly port: number;
  readonly perSecond: number;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Starts to ask. */
export async function startSteadyAsker({ port, perSecond, caFile, certFile, keyFile }: SteadyAskerOptions): Promise<SteadyAsker> {
  const script = fileURLToPath(new URL("servers/steady-questions.ts", import.meta.url));
  const child = fork(script, [String(port), String(perSecond), caFile, certFile, keyFile], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--conditions=source"],
  });
  await nextMessage(child, (message) => (message === "asking" ? true : undefined));
  let applied = 0;
  child.on("message", (message) => {
    applied = appliedIn(message) ?? applied;
  });
  return {
    take() {
      const window = nextMessage(child, windowIn);
      child.send("take");
      return window;
    },
    async servedAt(revision) {
      if (applied >= revision) return;
      await nextMessage(child, (message) => ((appliedIn(message) ?? 0) >= revision ? true : undefined));
    },
    async close() {
      if (child.exitCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** The first message that means something, or why there will be none. */
function nextMessage<T>(child: ChildProcess, read: (message: unknown) => T | undefined): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onMessage = (message: unknown): void => {
    const found = read(message);
    if (found !== undefined) resolve(found);
  };
  const onExit = (): void => reject(new Error("the process that asks has ended"));
  child.on("message", onMessage);
  child.once("exit", onExit);
  return promise.finally(() => {
    child.off("message", onMessage);
    child.off("exit", onExit);
  });
}

function appliedIn(message: unknown): number | undefined {
  return typeof message === "object" && message !== null && "applied" in message && typeof message.applied === "number"
    ? message.applied
    : undefined;
}

// Both sides are of one program.
function windowIn(message: unknown): AskedWindow | undefined {
  return typeof message === "object" && message !== null && "window" in message ? (message.window as AskedWindow) : undefined;
}
