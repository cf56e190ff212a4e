// What a newcomer meets: a clone of what is committed, `npm start`, the command it prints, Ctrl-C, `npm test`; with the
// Node of this machine and nothing installed. Part of `npm run check`.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { assertAllRan, reportArguments, reportFile } from "./test-report.ts";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "portcullis-clone-"));
const clone = join(folder, "portcullis");
const env = hostEnvironment();
const startLimitMs = 300_000;

try {
  const uncommitted = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
  if (uncommitted !== "") say(`these changes are not committed, and so not in the clone:\n${uncommitted}`);
  execFileSync("git", ["clone", "--quiet", "--no-local", root, clone], { stdio: "inherit" });
  say(`cloned ${execFileSync("git", ["log", "--oneline", "-1"], { cwd: clone, encoding: "utf8" }).trim()}`);
  await startAndAsk();
  testInClone();
  say("`npm start` and `npm test` work");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startAndAsk(): Promise<void> {
  say("npm start");
  // A group of its own, so that a signal reaches npm and all below it at once, as Ctrl-C does.
  const npm = spawn("npm", ["start"], { cwd: clone, env, stdio: ["ignore", "pipe", "inherit"], detached: true });
  const exited = once(npm, "exit");
  let isRunning = true;
  npm.once("exit", () => {
    isRunning = false;
  });
  const interrupt = (signal: NodeJS.Signals) => {
    if (npm.pid !== undefined && isRunning) process.kill(-npm.pid, signal);
  };
  const giveUp = setTimeout(() => interrupt("SIGKILL"), startLimitMs);
  const killWithUs = () => interrupt("SIGKILL");
  process.once("exit", killWithUs);
  try {
    const { command, expected } = await printedExample(npm.stdout);
    const answer = spawnSync("sh", ["-c", command], { cwd: clone, env, encoding: "utf8" });
    if (!answer.stdout.includes(expected)) {
      throw new Error(`the printed command answered "${answer.stdout}${answer.stderr}" in place of "${expected}"`);
    }
    say(`the printed command answers ${answer.stdout.trim()}`);
    interrupt("SIGINT");
    const [code, signal] = await exited;
    if (code !== 0) throw new Error(`after Ctrl-C \`npm start\` ended with ${String(code ?? signal)} in place of 0`);
  } finally {
    clearTimeout(giveUp);
    killWithUs();
    process.off("exit", killWithUs);
  }
}

/** Reads what `npm start` prints up to its last line, and takes its first example: a curl command, and the answer to expect. */
async function printedExample(stdout: Readable): Promise<{ command: string; expected: string }> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    stdout.setEncoding("utf8").on("data", (part: string) => {
      process.stdout.write(part);
      text += part;
      if (/^Ctrl-C/m.test(text)) resolve();
    });
    stdout.once("end", () => reject(new Error("`npm start` ended before it was ready")));
  });
  const command = /^\s*(curl .*)$/m.exec(text)?.[1];
  const expected = /^\s*answers ("allowed":(?:true|false))/m.exec(text)?.[1];
  if (command === undefined || expected === undefined) throw new Error("`npm start` printed no curl command with the answer to expect");
  return { command, expected };
}

function testInClone(): void {
  say("npm test");
  const { status } = spawnSync("npm", ["test", "--", ...reportArguments("fresh-clone")], {
    cwd: clone,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) throw new Error(`\`npm test\` ended with ${status} in the clone`);
  assertAllRan(reportFile("fresh-clone"));
}

/** Our environment without what npm and we ourselves added: the Node that a newcomer's shell would find, and no setting. */
function hostEnvironment(): NodeJS.ProcessEnv {
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((entry) => !entry.startsWith(root) && !entry.includes("node-gyp-bin"));
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|PORTCULLIS_|VITEST|NODE_OPTIONS|NODE$|INIT_CWD)/i.test(name));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

function say(text: string): void {
  process.stdout.write(`fresh clone: ${text}\n`);
}
