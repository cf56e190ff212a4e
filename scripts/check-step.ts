import { spawn } from "node:child_process";
import { once } from "node:events";

/** One thing that `npm run check` looks at. Runnable alone: `npm run check -- NAME`. */
export interface CheckStep {
  readonly name: string;
  /** What holds when it passes. */
  readonly claim: string;
  /** Programs run one after the other; the first that fails ends the step. */
  readonly commands: readonly CheckCommand[];
  /** What to do when it fails. */
  readonly remedy: string;
}

/** A program (`node`, or one from node_modules/.bin) with its arguments, or a function that throws. */
export type CheckCommand = readonly [program: string, ...args: string[]] | (() => void);

/** Runs a step with its output passed on. Resolves with what failed, or `undefined`. */
export async function runStep(step: CheckStep): Promise<string | undefined> {
  for (const command of step.commands) {
    const problem = typeof command === "function" ? callProblem(command) : await programProblem(command);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function callProblem(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function programProblem([program, ...args]: readonly [string, ...string[]]): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const [code, signal] = await once(child, "exit");
    return code === 0 ? undefined : `\`${[program, ...args].join(" ")}\` ended with ${String(code ?? signal)}`;
  } catch (error) {
    return `\`${program}\` cannot be started: ${String(error)}`;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
