import { spawn } from "node:child_process";
import { once } from "node:events";

export interface ChildProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that a test started. Nothing of it is left after `stop` or `kill`. */
export interface ChildProgram {
  /** Everything it has written so far, both streams, in order. */
  output(): string;
  /** Resolves with the exit status, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Throws what it wrote if it has ended. */
  assertRunning(): void;
  /** SIGTERM, and SIGKILL after 20 s. */
  stop(): Promise<number | string>;
  /** SIGKILL. */
  kill(): Promise<number | string>;
}

/** Starts a program with its output collected. It dies with us: what is left at our exit is killed. */
export function startChildProgram({ name, command, args, env = {} }: ChildProgramOptions): ChildProgram {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-200_000);
    });
  }
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  let end: number | string | undefined;
  const ended = waitForEnd().finally(() => process.off("exit", killWithUs));

  async function waitForEnd(): Promise<number | string> {
    const cannotStart = once(child, "error").then(([error]) => `cannot start: ${String(error)}`);
    const exited = once(child, "exit").then(([code, signal]) => (Number.isInteger(code) ? Number(code) : String(signal)));
    end = await Promise.race([cannotStart, exited]);
    return end;
  }

  return {
    ended,
    output: () => output,
    assertRunning() {
      if (end !== undefined) throw new Error(`${name} ended with ${end}:\n${output.slice(-4000)}`);
    },
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(killWithUs, 20_000);
      return await ended.finally(() => clearTimeout(timer));
    },
    async kill() {
      child.kill("SIGKILL");
      return await ended;
    },
  };
}
