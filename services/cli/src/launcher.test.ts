import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../bin/", import.meta.url));
const olderHost = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })',
)}`;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-launcher-"));
  await mkdir(join(folder, "bin"));
  await mkdir(join(folder, "src"));
  for (const name of ["portcullis.mjs", "runtime.mjs"]) await copyFile(join(bin, name), join(folder, "bin", name));
});

afterAll(() => rm(folder, { recursive: true }));

/** Starts the launcher with a program in place of the command, outside of any checkout. */
async function launch(program: string, nodeArgs: readonly string[] = []): Promise<ChildProcessWithoutNullStreams> {
  await writeFile(join(folder, "src", "main.ts"), program);
  return spawn(process.execPath, [...nodeArgs, join(folder, "bin", "portcullis.mjs"), "a", "b c"], { stdio: "pipe" });
}

async function outcomeOf(child: ChildProcessWithoutNullStreams) {
  const [ending, out, error] = await Promise.all([once(child, "exit"), text(child.stdout), text(child.stderr)]);
  return { code: ending[0], signal: ending[1], out, error };
}

describe("the portcullis launcher", () => {
  it("hands on arguments, standard input, output and exit code", async () => {
    const child = await launch(`
      process.stdin.on("data", (data) => process.stdout.write(JSON.stringify(process.argv.slice(2)) + data));
      process.stdin.on("end", () => process.exit(7));
      process.stderr.write("e");
    `);
    child.stdin.end("in");

    expect(await outcomeOf(child)).toEqual({ code: 7, signal: null, out: '["a","b c"]in', error: "e" });
  });

  it("hands on a signal once, and ends by the signal that ended the command", async () => {
    const child = await launch(`
      let count = 0;
      process.on("SIGINT", () => { count += 1; setTimeout(() => { process.stdout.write("interrupted " + count); process.kill(process.pid, "SIGTERM"); }, 50); });
      process.stdout.write("ready ");
      setInterval(() => {}, 1000);
    `);
    const ended = outcomeOf(child);
    await once(child.stdout, "data");
    child.kill("SIGINT");

    expect(await ended).toEqual({ code: null, signal: "SIGTERM", out: "ready interrupted 1", error: "" });
  });

  it("says what to install where the host's Node is older and npm left out the newer one", async () => {
    const outcome = await outcomeOf(await launch("", ["--import", olderHost]));

    expect(outcome).toMatchObject({ code: 2, out: "" });
    expect(outcome.error).toMatch(/^portcullis: needs Node 24 or newer; this is v\S+, and .*install Node 24 LTS.*\n$/);
  });
});

interface InstallCheck {
  readonly isInstalled: (lockFile: string, recordFile: string) => boolean;
}

describe("isInstalled", async () => {
  const { isInstalled }: InstallCheck = await import(new URL("../../../scripts/runtime.mjs", import.meta.url).href);
  const locked = {
    "": { name: "portcullis" },
    "services/cli": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
    "node_modules/b": { version: "1.0.0", integrity: "sha512-b", optional: true },
  };

  it.each([
    ["all is there", locked, true],
    ["an optional package for another platform is absent", { "node_modules/a": locked["node_modules/a"] }, true],
    ["a package is absent", { "node_modules/b": locked["node_modules/b"] }, false],
    ["the lock names another version", { "node_modules/a": { version: "0.9.0", integrity: "sha512-x" } }, false],
    ["the lock names other content", { "node_modules/a": { version: "1.0.0", integrity: "sha512-x" } }, false],
    ["an install was interrupted, which leaves no record", undefined, false],
  ])("when %s: %s", async (_situation, installed, expected) => {
    const lockFile = join(folder, "package-lock.json");
    const recordFile = join(folder, "record.json");
    await writeFile(lockFile, JSON.stringify({ packages: locked }));
    await rm(recordFile, { force: true });
    if (installed !== undefined) await writeFile(recordFile, JSON.stringify({ packages: installed }));

    expect(isInstalled(lockFile, recordFile)).toBe(expected);
  });
});
