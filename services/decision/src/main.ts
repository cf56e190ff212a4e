import { runDecision } from "./run-decision.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

process.exitCode = await runDecision({
  args: process.argv.slice(2),
  env: process.env,
  stop: stop.signal,
  print: (text) => void process.stdout.write(text),
  printError: (text) => void process.stderr.write(text),
});
// Whatever is still open was given its time.
process.exit();
