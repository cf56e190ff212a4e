import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface WatchedProcessOptions {
  /** A TypeScript file. */
  readonly main: string;
  readonly args?: readonly string[];
  /** For Node itself, such as `--import FILE`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly onMessage?: (message: unknown) => void;
  readonly onEnd: () => void;
}

/** A Node process whose output is read line by line. */
export interface WatchedProcess {
  readonly pid: number;
  /** The last lines it wrote. */
  tail(): string;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  send(message: object): void;
  /** Resolves once it has ended; what it wrote before was read. */
  ended(): Promise<void>;
}

const tailLines = 30;

export async function watchProcess({ main, args = [], nodeArgs = [], env = {}, ...on }: WatchedProcessOptions): Promise<WatchedProcess> {
  const child = spawn(process.execPath, ["--conditions=source", ...nodeArgs, main, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      on.onLine(line);
    });
  }
  const end = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void end.then(on.onEnd);
  if (on.onMessage !== undefined) child.on("message", on.onMessage);
  // A message to a process that was killed is lost, as it would be on a network.
  child.on("error", () => undefined);
  await once(child, "spawn");
  return {
    pid: child.pid ?? 0,
    tail: () => tail.join("\n"),
    isRunning: () => isRunning(child),
    signal: (signal) => void child.kill(signal),
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    ended: () => end,
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
