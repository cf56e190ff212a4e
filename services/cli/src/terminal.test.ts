import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTerminal, OutputClosedError, styled, type TerminalStreams } from "./terminal.ts";

function aTerminal(streams: Partial<TerminalStreams>) {
  return createTerminal({
    input: () => new PassThrough(),
    output: new PassThrough(),
    error: new PassThrough(),
    workingDirectory: ".",
    environment: {},
    stopSignal: () => new AbortController().signal,
    ...streams,
  });
}

describe("createTerminal", () => {
  it("reports a reader that went away, once it is written to", async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });

    await expect(aTerminal({ output }).print("x")).rejects.toBeInstanceOf(OutputClosedError);
  });

  it("says why standard output takes no more", async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })),
    });

    await expect(aTerminal({ output }).print("x")).rejects.toMatchObject({ code: "cli-output-failed" });
  });

  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: "1" }, false],
    [{ isTTY: true }, { NO_COLOR: "" }, true],
    [{ isTTY: true }, { TERM: "dumb" }, false],
    [{}, {}, false],
  ])("with output %j and environment %j has colour: %s", (output, environment, expected) => {
    const terminal = aTerminal({ output: Object.assign(new PassThrough(), output), environment });

    expect(styled(terminal, "red", "x") !== "x").toBe(expected);
  });
});
