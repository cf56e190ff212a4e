import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";

export interface LaunchOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a process ended: a status, or the signal that ended it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process and everything it wrote. `await using` ends it. */
export interface LaunchedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Standard output and standard error as they came. */
  output(): string;
  /** Resolves with the first line that matches; rejects with the output when the process ends or `timeoutMs` pass before. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Resolves when something accepts connections on a port of 127.0.0.1. */
  port(port: number, timeoutMs?: number): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended; rejects with the output after `timeoutMs`. */
  ended(timeoutMs?: number): Promise<ProcessEnd>;
  /** Ends the process: SIGTERM, and SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<ProcessEnd>;
}

const defaultTimeoutMs = 20_000;

/** Starts a program. Rejects when it cannot be started. */
export async function launchProcess({ command, args = [], env = {}, cwd }: LaunchOptions): Promise<LaunchedProcess> {
  const child = spawn(command, [...args], { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = collect(child);
  const end = new Promise<ProcessEnd>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  const pid = await started(child);

  async function within<T>(work: Promise<T>, what: string, timeoutMs: number): Promise<T> {
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(new Error(`${command} ${args.join(" ")}: ${what} within ${timeoutMs} ms; it wrote:\n${output.text()}`)),
      timeoutMs,
    );
    return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
  }
  const untilEnd = (what: string): Promise<never> =>
    end.then(({ code, signal }) => {
      throw new Error(`${command} ended (${code ?? signal}) before ${what}; it wrote:\n${output.text()}`);
    });
  async function stop(graceMs = 10_000): Promise<ProcessEnd> {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    return end.finally(() => clearTimeout(timer));
  }

  return {
    pid,
    output: output.text,
    line: (pattern, timeoutMs = defaultTimeoutMs) =>
      within(Promise.race([output.match(pattern), untilEnd(`it wrote ${pattern}`)]), `wrote no line that matches ${pattern}`, timeoutMs),
    port: (port, timeoutMs = defaultTimeoutMs) =>
      within(Promise.race([accepts(port), untilEnd(`it listened on ${port}`)]), `did not listen on port ${port}`, timeoutMs),
    signal: (signal) => void child.kill(signal),
    ended: (timeoutMs = defaultTimeoutMs) => within(end, "did not end", timeoutMs),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("spawn", () => resolve(child.pid ?? 0));
  });
}

function collect(child: ChildProcess): { text(): string; match(pattern: RegExp): Promise<RegExpMatchArray> } {
  let text = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  const match = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve) => {
      function look(): void {
        const found = text
          .split("\n")
          .slice(0, -1)
          .map((line) => line.match(pattern))
          .find((result) => result !== null);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      }
      listeners.add(look);
      look();
    });
  return { text: () => text, match };
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
