import { type SignalledProcess, stopOnSignals } from "./stop-on-signals.ts";

/** What a service sees of the process it runs in. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process shall end. */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** As much of Node's `process` as a service needs. */
export interface OwnProcess extends SignalledProcess {
  readonly argv: readonly string[];
  readonly env: Surroundings["env"];
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** The surroundings of a service that has the process to itself. From here on signals stop the service and no longer the process. */
export function surroundingsOf(own: OwnProcess): Surroundings {
  return {
    args: own.argv.slice(2),
    env: own.env,
    stop: stopOnSignals(own),
    print: (text) => void own.stdout.write(text),
    printError: (text) => void own.stderr.write(text),
  };
}
