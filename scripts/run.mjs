// `node scripts/run.mjs COMMAND ARG…`: installs what is missing, then runs COMMAND (`node`, or a program from
// node_modules/.bin) on Node 24, with workspaces resolved to their TypeScript sources.
import { ensureInstalled, runInRoot } from "./runtime.mjs";

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  process.stderr.write("usage: node scripts/run.mjs COMMAND [ARG…]\n");
  process.exit(2);
}
await ensureInstalled();
await runInRoot(command, args, { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --conditions=source`.trim() });
