import { readFileSync } from "node:fs";
import { stopOnSignals } from "@portcullis/process/stop-on-signals";
import { describeFailure, run } from "./run.ts";
import { createTerminal } from "./terminal.ts";

// The gRPC library writes lines of its own to standard error. What they would say comes as errors, which `run` puts into a sentence.
process.env["GRPC_VERBOSITY"] ??= "NONE";

function stopSignal(): AbortSignal {
  endWithLauncher();
  return stopOnSignals(process);
}

/** A launcher that was killed cannot hand that on; without it this process would keep its ports for ever. */
function endWithLauncher(): void {
  const launcher = process.env["PORTCULLIS_LAUNCHER"];
  if (launcher === undefined || Number(launcher) !== process.ppid) return;
  const looking = setInterval(() => {
    if (Number(launcher) === process.ppid) return;
    clearInterval(looking);
    process.emit("SIGTERM", "SIGTERM");
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
