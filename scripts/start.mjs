// `npm start`: installs what is missing, then runs Portcullis standalone.
import { ensureInstalled, runAndExit } from "./runtime.mjs";

ensureInstalled();
runAndExit("node", ["services/cli/bin/portcullis.mjs", "serve", ...process.argv.slice(2)]);
