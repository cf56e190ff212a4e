// `npm start`: installs what is missing, then runs Portcullis standalone. `npm start -- --help` names its options.
import { findRuntime, portcullisArguments, portcullisEnvironment, runAndExit } from "../services/cli/bin/runtime.mjs";
import { ensureInstalled } from "./runtime.mjs";

await ensureInstalled();
await runAndExit(findRuntime(), [...portcullisArguments(), "serve", ...process.argv.slice(2)], { env: portcullisEnvironment() });
