// Plain JavaScript without dependencies: it runs on Node 20, before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, findRuntime, runAndExit, runtimePackage } from "../services/cli/bin/runtime.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Runs `npm ci` unless what is installed is what the lock file names. Exits 2 with the reason when it fails. */
export function ensureInstalled() {
  if (isInstalled(join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json"))) return;
  process.stderr.write("portcullis: installing dependencies with `npm ci` …\n");
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  // The npm that started us, where one did: PATH may hold another one or, on Windows, a script that needs a shell.
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && basename(npm) === "npm-cli.js";
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  const result = isNpm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (result.error !== undefined)
    fail(`cannot run \`npm ci\` (${result.error.message}): install npm, which comes with Node, and run this command again`);
  if (result.signal !== null) fail("`npm ci` was interrupted; run this command again");
  if (result.status !== 0) fail("`npm ci` failed; mend what it says above and run this command again");
}

/**
 * Compares the lock file with npm's record of what it installed, which it writes last: an interrupted install has none.
 * By content, since file times say nothing after a branch was switched or a folder copied. Optional packages may be
 * absent, which those for other platforms are; not the one that brings Node 24 where this Node is older.
 */
export function isInstalled(lockFile, recordFile) {
  const locked = readPackages(lockFile);
  const installed = readPackages(recordFile);
  if (locked === undefined || installed === undefined) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    if (!path.includes("node_modules/")) return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true && path !== `node_modules/${runtimePackage}`;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function readPackages(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Runs `node`, or a program from `node_modules/.bin`, in the root folder with our runtime first on PATH. */
export function runInRoot(command, args, env = {}) {
  const runtime = findRuntime();
  const path = [dirname(runtime), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  runAndExit(command === "node" ? runtime : command, args, {
    cwd: root,
    env: { ...process.env, PATH: path, ...env },
    shell: process.platform === "win32" && command !== "node",
  });
}
