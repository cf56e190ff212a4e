import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, findFreePort, type TemporaryFolder } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDecision } from "./run-decision.ts";

const good = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted }
spec: { allow: ["quay.io/acme/**"] }
`;

describe("runDecision", () => {
  let folder: TemporaryFolder;
  let args: readonly string[];
  beforeAll(async () => {
    folder = await createTemporaryFolder();
    await folder.write("good/policy.yaml", good);
    await folder.write("broken/policy.yaml", good.replace("quay.io/acme/**", "quay.io*"));
    const { decision, caFile } = await ensureDevelopmentPki(join(folder.path, "pki"));
    args = [
      ...["--decision-tls-cert-file", decision.certFile, "--decision-tls-key-file", decision.keyFile],
      ...["--decision-tls-client-ca-file", caFile, "--decision-host", "127.0.0.1", "--decision-port", "0"],
      ...["--decision-drain-delay-ms", "0", "--admin-port", "0", "--log-level", "silent"],
      ...["--policies", join(folder.path, "good")],
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

  it("serves until it is told to stop, and says meanwhile that it is ready and by which policies", async () => {
    const stop = new AbortController();
    const port = await findFreePort();
    const running = run(["--admin-port", String(port)], { stop });

    await expect.poll(() => readyz(port), { timeout: 10_000 }).toMatchObject({ ready: true, policies: ["trusted"], policyProblems: [] });
    stop.abort();

    expect((await running).status).toBe(0);
  });

  it("explains its settings", async () => {
    const { status, output } = await run([], { all: ["--help"] });

    expect(status).toBe(0);
    expect(output).toContain("--cache-allow-ttl-seconds");
  });

  it("exits 2 for a setting that is missing", async () => {
    const { status, output } = await run([], { all: [] });

    expect(status).toBe(2);
    expect(output).toContain("decision.tls.certFile: is required");
  });

  it.each([
    ["a TTL a kube-apiserver would refuse", ["--cache-allow-ttl-seconds", "1801"], "cache.allowTtlSeconds"],
    ["a certificate that is missing", ["--decision-tls-cert-file", "/nonexistent.crt"], '"/nonexistent.crt" cannot be read'],
    ["a policy folder that is missing", ["--policies", "/nonexistent"], '"/nonexistent" does not exist; create it'],
  ])("exits 2 for %s", async (_what, more, message) => {
    const { status, output } = await run(more);

    expect(status).toBe(2);
    expect(output).toContain(message);
  });

  it("exits 2 for a broken policy, with file, line and field", async () => {
    const { status, output } = await run(["--policies", join(folder.path, "broken")]);

    expect(status).toBe(2);
    expect(output).toMatch(/policy\.yaml:4: spec\.allow\[0\]: /);
  });

  it("exits 2 for a port in use, and names it", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;

    const { status, output } = await run(["--decision-port", String(port)]);
    other.close();

    expect(status).toBe(2);
    expect(output).toContain(`127.0.0.1:${port}: the port is in use`);
  });
});

async function readyz(port: number): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return response?.json();
}
