// `npm test`: installs what is missing, then runs every test that needs nothing but Node and npm.
import { ensureInstalled, runAndExit } from "./runtime.mjs";

ensureInstalled();
runAndExit("vitest", ["run", ...process.argv.slice(2)]);
