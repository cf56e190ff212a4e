import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { ensureDevelopmentPki } from "@portcullis/pki";
import { generateSigningKey, writeTrustAnchors } from "@portcullis/policy-bus";
import { createTemporaryFolder, findFreePort, type TemporaryFolder } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDecision } from "./run-decision.ts";

describe("runDecision on a bus", () => {
  let folder: TemporaryFolder;
  let args: readonly string[];
  beforeAll(async () => {
    folder = await createTemporaryFolder();
    const { decision, caFile } = await ensureDevelopmentPki(join(folder.path, "pki"));
    const trustFile = join(folder.path, "trust.json");
    await writeTrustAnchors(trustFile, { lineage: "policies", keys: [generateSigningKey().entry] });
    await folder.write("garbage", "{}");
    args = [
      ...["--decision-tls-cert-file", decision.certFile, "--decision-tls-key-file", decision.keyFile],
      ...["--decision-tls-client-ca-file", caFile, "--decision-host", "127.0.0.1", "--decision-port", "0"],
      ...["--decision-drain-delay-ms", "0", "--admin-port", "0", "--log-level", "silent"],
      ...["--bus-servers", `nats://127.0.0.1:${await findFreePort()}`],
      ...["--bus-trust-file", trustFile, "--bus-state-dir", join(folder.path, "state")],
    ];
  });
  afterAll(() => folder.remove());

  async function run(more: readonly string[], { stop = new AbortController(), all = args } = {}) {
    let output = "";
    const print = (text: string) => {
      output += text;
    };
    const status = await runDecision({ args: [...all, ...more], env: {}, stop: stop.signal, print, printError: print });
    return { status, output };
  }

  it("runs without the bus, is not ready without a policy, says so, and ends when it is told to", async () => {
    const stop = new AbortController();
    const port = await findFreePort();
    const running = run(["--admin-port", String(port)], { stop });

    await expect.poll(() => readyz(port), { timeout: 10_000 }).toMatchObject({ ready: false, reason: "no policy yet", cluster: "default" });
    stop.abort();

    expect((await running).status).toBe(0);
  });

  it.each([
    ["keys that are not there", "--bus-trust-file", "/nonexistent.json", '"/nonexistent.json" cannot be read'],
    ["a file that holds no keys", "--bus-trust-file", "garbage", "is no file of trusted keys"],
    ["a state folder that is a file", "--bus-state-dir", "garbage", "cannot be used (EEXIST)"],
    ["credentials that are none", "--bus-credentials-file", "garbage", "holds no NATS credentials"],
    ["a certificate that is missing", "--bus-tls-ca-file", "/nonexistent.crt", 'bus.tls.caFile "/nonexistent.crt" cannot be read'],
    ["an age that means nothing", "--freshness-when-expired", "deny", "freshness.whenExpired"],
    ["a server of another kind", "--bus-servers", "http://127.0.0.1", "bus.servers"],
  ])("exits 2 with one sentence for %s", async (_what, flag, value, message) => {
    const { status, output } = await run([flag, value === "garbage" ? join(folder.path, value) : value]);

    expect(status).toBe(2);
    expect(output).toContain(message);
    expect(output.trim().split("\n").length).toBeLessThan(4);
  });

  it("leaves nothing running when it cannot listen", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;

    const { status } = await run(["--decision-port", String(port)]);
    other.close();

    expect(status).toBe(2);
  });
});

async function readyz(port: number): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return response?.json();
}
