import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { type DevelopmentPki, ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, findFreePort, type LaunchedProcess, launchProcess, type TemporaryFolder } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const soon = { timeout: 60_000 };
const root = join(import.meta.dirname, "..", "..");
const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec: { allow: ["internal-registry.io/**"] }
`;

describe("a process that lacks what it needs", { timeout: 120_000 }, () => {
  let folder: TemporaryFolder;
  let pki: DevelopmentPki;
  beforeAll(async () => {
    folder = await createTemporaryFolder();
    await folder.write("policies/policy.yaml", policy);
    pki = await ensureDevelopmentPki(join(folder.path, "pki"));
  });
  afterAll(() => folder.remove());

  it.runIf(process.platform === "linux")("answers and ends as ever while its log is on a full disk", async () => {
    const adminPort = await findFreePort();
    await using decision = await launch('exec "$0" "$@" > /dev/full', decisionArguments(adminPort));
    await decision.port(adminPort, 60_000);

    const readiness = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
    decision.signal("SIGTERM");

    expect(readiness.status).toBe(200);
    expect(await decision.ended(30_000)).toEqual({ code: 0, signal: null });
  });

  it.runIf(process.platform === "linux")("answers and ends as ever while nobody reads its log", async () => {
    const adminPort = await findFreePort();
    const pipe = aFullPipe();
    const child = spawn(process.execPath, decisionArguments(adminPort), { cwd: root, stdio: ["ignore", pipe, "inherit"] });
    const ended = once(child, "exit");
    await answering(adminPort);

    child.kill("SIGTERM");

    expect(await ended).toEqual([0, null]);
  });

  it.runIf(process.platform === "linux")(
    "says that it may open few files, and answers again once strangers have let go of them",
    async () => {
      await using webhook = await launch('ulimit -n 64; exec "$0" "$@"', webhookArguments());
      const [, port = ""] = await webhook.line(/"port":(\d+),.*"msg":"serving"/, 60_000);
      const strangers = Array.from({ length: 100 }, () => connect(Number(port), "127.0.0.1").on("error", () => undefined));

      await expect.poll(() => statusOf(Number(port)), soon).toBe(0);
      for (const stranger of strangers) stranger.destroy();
      await expect.poll(() => statusOf(Number(port)), soon).toBe(200);
      webhook.signal("SIGTERM");

      expect(webhook.output().match(/this process may have 64 files/g)).toHaveLength(1);
      expect(await webhook.ended(30_000)).toEqual({ code: 0, signal: null });
    },
  );

  it.skipIf(process.platform === "win32")("ends at once when it is told a second time", async () => {
    await using webhook = await launch('exec "$0" "$@"', webhookArguments("--webhook-drain-delay-ms", "60000"));
    await webhook.line(/"msg":"serving"/, 60_000);

    webhook.signal("SIGTERM");
    await webhook.line(/"msg":"draining"/);
    // A second one counts when it comes more than a second after the first.
    const again = setInterval(() => webhook.signal("SIGTERM"), 300);
    const end = await webhook.ended(30_000).finally(() => clearInterval(again));

    expect(end).toEqual({ code: 143, signal: null });
  });

  /** Of an answer, or 0 where there is none. */
  async function statusOf(port: number): Promise<number> {
    const [ca, cert, key] = await Promise.all(
      [pki.caFile, pki.apiServerClient.certFile, pki.apiServerClient.keyFile].map((path) => readFile(path)),
    );
    return new Promise((resolve) => {
      const asking = request(
        {
          host: "127.0.0.1",
          port,
          servername: "localhost",
          path: "/validate",
          method: "POST",
          agent: false,
          timeout: 5_000,
          ca,
          cert,
          key,
        },
        (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        },
      );
      asking.on("timeout", () => asking.destroy()).on("error", () => resolve(0));
      asking.end("{}");
    });
  }

  function launch(script: string, args: readonly string[]): Promise<LaunchedProcess> {
    return launchProcess({ command: "sh", args: ["-c", script, process.execPath, ...args], cwd: root });
  }

  function decisionArguments(adminPort: number): readonly string[] {
    return [
      ...["--conditions=source", "services/decision/src/main.ts", "--policies", join(folder.path, "policies")],
      ...["--admin-port", String(adminPort), "--decision-host", "127.0.0.1", "--decision-port", "0", "--decision-drain-delay-ms", "0"],
      ...["--decision-tls-cert-file", pki.decision.certFile, "--decision-tls-key-file", pki.decision.keyFile],
      ...["--decision-tls-client-ca-file", pki.caFile],
    ];
  }

  function webhookArguments(...more: readonly string[]): readonly string[] {
    return [
      ...["--conditions=source", "services/webhook/src/main.ts", "--admin-port", "0", ...more],
      ...["--webhook-host", "127.0.0.1", "--webhook-port", "0", "--webhook-tls-client-ca-file", pki.caFile],
      ...["--webhook-tls-cert-file", pki.server.certFile, "--webhook-tls-key-file", pki.server.keyFile],
      ...["--decision-addresses", "127.0.0.1:1", "--decision-tls-ca-file", pki.caFile],
      ...["--decision-tls-cert-file", pki.webhookClient.certFile, "--decision-tls-key-file", pki.webhookClient.keyFile],
    ];
  }

  function aFullPipe(): number {
    const path = join(folder.path, "log");
    execFileSync("mkfifo", [path]);
    const filler = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      while (writeSync(filler, Buffer.alloc(4096)) > 0);
    } catch {
      // Full.
    }
    return openSync(path, constants.O_RDWR);
  }
});

async function answering(port: number): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 60_000 },
    )
    .toBe(200);
}
