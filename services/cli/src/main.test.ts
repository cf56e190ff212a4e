import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../bin/portcullis.mjs", import.meta.url));
const anyPorts = ["--webhook-port", "0", "--decision-port", "0", "--admin-port", "0"];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-main-"));
});

afterAll(() => rm(folder, { recursive: true }));

function start(...args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(bin, args, { cwd: folder, stdio: "pipe" });
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  const [[code], error] = await Promise.all([once(child, "exit"), text(child.stderr)]);
  return { code, error };
}

describe("the portcullis command as a process", () => {
  it("serves until it is interrupted, and then exits 0", async () => {
    const child = start("serve", ...anyPorts, "--output", "json");
    const ended = endOf(child);
    const [line] = await once(createInterface(child.stdout), "line");
    const { admin, examples }: { admin: { url: string }; examples: { allowed: boolean }[] } = JSON.parse(line);
    const readiness = await fetch(`${admin.url}/readyz`);
    child.kill("SIGINT");

    expect(readiness.status).toBe(200);
    expect(examples.map(({ allowed }) => allowed)).toEqual([false, true]);
    expect(await ended).toEqual({ code: 0, error: "" });
  });

  it("does not outlive a launcher that was killed", async () => {
    const child = start("serve", ...anyPorts, "--output", "json");
    const closed = once(child.stdout, "close");
    await once(createInterface(child.stdout), "line");
    child.kill("SIGKILL");

    // Standard output is inherited: it closes once the last process that holds it has ended.
    expect(await closed).toEqual([false]);
  });

  it("ends without a word when nobody reads what it answers, and does not say that all is well", async () => {
    const child = start("image", "parse", "-");
    const ended = endOf(child);
    child.stdin.on("error", () => {});
    child.stdin.write('"nginx"\n');
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stdin.write('"redis"\n');

    expect(await ended).toEqual({ code: 2, error: "" });
  });

  it("says in one sentence that a port is in use, and exits 2", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const child = start("serve", "--webhook-port", "0", "--decision-port", String(port), "--admin-port", "0");

    expect(await endOf(child)).toEqual({ code: 2, error: expect.stringMatching(/^portcullis: .* in use; .*\(start-port-in-use\)\n$/) });
    other.close();
  });

  it("exits 2 for a mistake of usage", async () => {
    expect(await endOf(start("frobnicate"))).toMatchObject({ code: 2, error: expect.stringMatching(/^portcullis: unknown command/) });
  });
});
