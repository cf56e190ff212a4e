// `npm test`: installs what is missing, then runs every test that needs nothing but Node and npm.
import { ensureInstalled, runInRoot } from "./runtime.mjs";

await ensureInstalled();
await runInRoot("vitest", ["run", ...process.argv.slice(2)]);
