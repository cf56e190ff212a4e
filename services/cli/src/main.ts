import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { describeFailure, run } from "./run.ts";
import { createTerminal } from "./terminal.ts";

// The gRPC library writes lines of its own to standard error. What they would say comes as errors, which `run` puts into a sentence.
process.env["GRPC_VERBOSITY"] ??= "NONE";

const stop = new AbortController();

/** A Ctrl-C can arrive twice: from the terminal, and handed on by npm or the launcher. Later than this, it is a second one. */
const sameKeyPressMs = 1000;

function stopSignal(): AbortSignal {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    let firstAt: number | undefined;
    process.on(signal, () => {
      firstAt ??= performance.now();
      if (performance.now() - firstAt > sameKeyPressMs) process.exit(128 + constants.signals[signal]);
      stop.abort();
    });
  }
  endWithLauncher();
  return stop.signal;
}

/** A launcher that was killed cannot hand that on; without it this process would keep its ports for ever. */
function endWithLauncher(): void {
  const launcher = process.env["PORTCULLIS_LAUNCHER"];
  if (launcher === undefined || Number(launcher) !== process.ppid) return;
  setInterval(() => {
    if (Number(launcher) !== process.ppid) stop.abort();
  }, 1000).unref();
}

const terminal = createTerminal({
  input: () => process.stdin,
  output: process.stdout,
  error: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  stopSignal,
});

process.on("uncaughtException", (error) => {
  terminal.printError(describeFailure(error, process.env));
  process.exit(2);
});

const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
process.exit(await run(process.argv.slice(2), version, terminal));
