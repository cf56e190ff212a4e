// `npm start`: installs what is missing, then runs Portcullis standalone. `npm start -- --help` names its options.
import { findRuntime, portcullisArguments, portcullisEnvironment, runAndExit } from "../services/cli/bin/runtime.mjs";
import { ensureInstalled } from "./runtime.mjs";

await ensureInstalled();
const args = [...portcullisArguments(), "serve", ...process.argv.slice(2)];
// npm stays as long as its script runs: where it is gone, it was killed.
await runAndExit(findRuntime(), args, { env: portcullisEnvironment(), endsWithParent: process.env.npm_lifecycle_event === "start" });
