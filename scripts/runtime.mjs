// Plain JavaScript without dependencies: it runs on Node 20, before anything is installed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endAs, fail, findRuntime, run, runAndExit, runtimePackage } from "../services/cli/bin/runtime.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const lockFile = join(root, "package-lock.json");
const recordFile = join(root, "node_modules", ".package-lock.json");

/** Runs `npm ci` unless what is installed is what the lock file names. Exits 2 with the reason when it fails. */
export async function ensureInstalled() {
  if (isInstalled(lockFile, recordFile)) return;
  await othersInstall();
  if (isInstalled(lockFile, recordFile)) return;
  process.stderr.write("portcullis: installing dependencies with `npm ci` …\n");
  const outcome = await npmCi();
  if (outcome.signal !== null) endAs(outcome);
  if (outcome.code !== 0) fail("`npm ci` failed; mend what it says above and run this command again");
}

async function npmCi() {
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  // The npm that started us, where one did: PATH may hold another one or, on Windows, a script that needs a shell.
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && basename(npm) === "npm-cli.js";
  const options = { cwd: root, stdio: ["ignore", 2, 2], onStart: noteInstaller };
  const outcome = isNpm
    ? await run(process.execPath, [npm, ...args], options)
    : await run("npm", args, { ...options, shell: process.platform === "win32" });
  rmSync(installerFile, { force: true });
  return outcome;
}

/** Holds the process ID of the `npm ci` at work in this checkout. Not in `node_modules`, which `npm ci` empties. */
const installerFile = join(root, ".portcullis", "npm-ci.pid");

function noteInstaller(pid) {
  mkdirSync(dirname(installerFile), { recursive: true, mode: 0o700 });
  writeFileSync(installerFile, String(pid));
}

/** Two at a time break each other: a second command waits, also for one that was left behind by a command that was killed. */
async function othersInstall() {
  for (let waited = 0; waited < 300 && isInstalling(); waited++) {
    if (waited === 0) process.stderr.write("portcullis: waiting for another `npm ci` in this folder …\n");
    await setTimeout(1000);
  }
}

function isInstalling() {
  try {
    const pid = Number(readFileSync(installerFile, "utf8"));
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Compares the lock file with npm's record of what it installed, which it writes last: an interrupted install has none.
 * By content, since file times say nothing after a branch was switched or a folder copied. Optional packages may be
 * absent, which those for other platforms are; not the one that brings Node 24 where this Node is older.
 */
export function isInstalled(lock, record) {
  const locked = readPackages(lock);
  const installed = readPackages(record);
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
export async function runInRoot(command, args, env = {}) {
  const runtime = findRuntime();
  const path = [dirname(runtime), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  await runAndExit(command === "node" ? runtime : command, args, {
    cwd: root,
    env: { ...process.env, PATH: path, ...env },
    shell: process.platform === "win32" && command !== "node",
  });
}
