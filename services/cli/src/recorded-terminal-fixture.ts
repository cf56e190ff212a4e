import { Readable, Writable } from "node:stream";
import { createTerminal, type Terminal } from "./terminal.ts";

/** A terminal for tests: what was written to it, and what can be read from it. */
export interface RecordedTerminal extends Terminal {
  readonly written: { output: string; error: string };
  /** What a Ctrl-C does. */
  readonly stop: () => void;
}

export interface RecordedTerminalOptions {
  readonly input?: Iterable<Uint8Array | string>;
  readonly workingDirectory?: string;
  readonly environment?: Terminal["environment"];
  /** Called after each write with all that was written, standard output first. */
  readonly onWrite?: (output: string) => void;
}

export function recordedTerminal(options: RecordedTerminalOptions = {}): RecordedTerminal {
  const written = { output: "", error: "" };
  const controller = new AbortController();
  const into = (name: "output" | "error") =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        options.onWrite?.(written.output + written.error);
        done();
      },
    });
  const terminal = createTerminal({
    input: () => Readable.from([...(options.input ?? [])].map((chunk) => Buffer.from(chunk))),
    output: into("output"),
    error: into("error"),
    workingDirectory: options.workingDirectory ?? ".",
    environment: options.environment ?? {},
    stopSignal: () => controller.signal,
  });
  return { ...terminal, written, stop: () => controller.abort() };
}
