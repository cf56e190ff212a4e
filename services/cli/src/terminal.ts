import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { CliError } from "./cli-error.ts";

/** 0: yes, all well. 1: the answer is no. 2: no answer. */
export type ExitStatus = 0 | 1 | 2;

/** What a command ends with that had both answers to give. */
export function worseStatus(a: ExitStatus, b: ExitStatus): ExitStatus {
  return a > b ? a : b;
}

/** What a command may know of the process around it. Commands read and write nothing else of it. */
export interface Terminal {
  readonly input: () => AsyncIterable<Uint8Array>;
  /** Writes to standard output and waits while it is full. Rejects with `OutputClosedError` once nobody reads it, and with `CliError` once it takes no more. */
  readonly print: (text: string) => Promise<void>;
  /** Writes to standard error. Never fails. */
  readonly printError: (text: string) => void;
  /** Whether standard output takes colours: a terminal, and `NO_COLOR` is not set. */
  readonly hasColour: boolean;
  /** Whether standard error is a terminal, where a line can be written over. */
  readonly canRewrite: boolean;
  /** Relative paths are below it. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted on the first SIGINT or SIGTERM. Without a call, those end the process as they do by default. */
  readonly stopSignal: () => AbortSignal;
}

/** Who read our standard output has closed it (`portcullis … | head`). Not worth a word; the answer stays unsaid. */
export class OutputClosedError extends Error {
  override readonly name = "OutputClosedError";
}

export interface TerminalStreams extends Pick<Terminal, "input" | "workingDirectory" | "environment" | "stopSignal"> {
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly error: Writable & { readonly isTTY?: boolean };
}

/** A terminal over streams: those of the process, or those of a test. */
export function createTerminal({ output, error, ...rest }: TerminalStreams): Terminal {
  // Without listeners a closed pipe would be an uncaught exception; `print` reports it where it can be handled.
  output.on("error", () => {});
  error.on("error", () => {});
  return {
    ...rest,
    print: (text) =>
      new Promise((resolve, reject) => {
        output.write(text, (problem) => {
          if (problem === null || problem === undefined) resolve();
          else reject(toOutputError(problem));
        });
      }),
    printError: (text) => {
      error.write(text);
    },
    hasColour: output.isTTY === true && isColourWelcome(rest.environment),
    canRewrite: error.isTTY === true && rest.environment["TERM"] !== "dumb",
  };
}

function toOutputError(problem: Error): OutputClosedError | CliError {
  const code = "code" in problem ? String(problem.code) : "";
  if (code === "EPIPE" || code.startsWith("ERR_STREAM_")) return new OutputClosedError("standard output is closed", { cause: problem });
  return new CliError("cli-output-failed", `standard output cannot be written: ${problem.message}`, { cause: problem });
}

/** https://no-color.org: any value but the empty one switches colours off. */
function isColourWelcome(environment: Terminal["environment"]): boolean {
  return (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
}

export type Style = Parameters<typeof styleText>[0];

/** `text` in a style where the terminal takes one. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.hasColour ? styleText(style, text, { validateStream: false }) : text;
}
