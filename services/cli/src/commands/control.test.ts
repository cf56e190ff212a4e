import { createControlServer, createPolicyAdministration } from "@portcullis/control";
import { createCertificateAuthority } from "@portcullis/pki";
import { generateSigningKey, memoryRevisionLog, type RevisionLog } from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { createTemporaryFolder } from "@portcullis/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { aPolicy } from "../bus-fixture.ts";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

/** A control service on a log in memory, and who may ask it. */
async function aControlledLog(client = "admin") {
  const log: RevisionLog = memoryRevisionLog();
  const key = generateSigningKey();
  const authority = await createCertificateAuthority({ commonName: "test" });
  const issued = await authority.issue({ commonName: "control", dnsNames: ["localhost"], usage: "server" });
  const ca = Buffer.from(authority.certPem);
  const server = await createControlServer({
    administration: createPolicyAdministration({
      log,
      anchors: { lineage: "default", keys: [key.entry] },
      keys: [key],
      publisher: "control",
    }),
    host: "127.0.0.1",
    port: 0,
    tls: { cert: Buffer.from(issued.certPem), key: Buffer.from(issued.keyPem), ca },
    allowedClients: ["CN=admin"],
    telemetry: createTelemetry({ service: "control", logLevel: "silent", withProcessMetrics: false }),
    maxBundleBytes: 1024 * 1024,
    uploadTimeoutMs: 10_000,
    drainDelayMs: 0,
    drainTimeoutMs: 1_000,
  });
  onTestFinished(() => server.close());
  const folder = await createTemporaryFolder();
  onTestFinished(() => folder.remove());
  const { certPem, keyPem } = await authority.issue({ commonName: client, usage: "client" });
  await Promise.all([folder.write("ca.crt", authority.certPem), folder.write("me.crt", certPem), folder.write("me.key", keyPem)]);
  await folder.write("policies/a.yaml", aPolicy("registry.corp.example"));
  const environment = {
    PORTCULLIS_CONTROL: `127.0.0.1:${server.port}`,
    PORTCULLIS_CONTROL_SERVER_NAME: "localhost",
    PORTCULLIS_CONTROL_TLS_CA: "ca.crt",
    PORTCULLIS_CONTROL_TLS_CERT: "me.crt",
    PORTCULLIS_CONTROL_TLS_KEY: "me.key",
  };
  return async (...args: readonly string[]) => {
    const terminal = recordedTerminal({ workingDirectory: folder.path, environment });
    const status = await run(args, "0.1.0", terminal);
    return { status, ...terminal.written };
  };
}

describe("commands that ask a control service", () => {
  it("publish without key and trust file, in the name of their certificate", async () => {
    const portcullis = await aControlledLog();

    const published = await portcullis("publish", "policies");
    const list = await portcullis("revisions", "list");

    expect({ status: published.status, error: published.error }).toEqual({ status: 0, error: "" });
    expect(published.output).toContain("published default/1/1 for all clusters\n");
    expect(list.output).toMatch(/^default\/1\/1 +\S+Z +CN=admin +all clusters /m);
  });

  it("read, compare, widen and roll back as on the log itself", async () => {
    const portcullis = await aControlledLog();
    await portcullis("publish", "policies", "--audience", "canary");

    const shown = await portcullis("revisions", "show", "default/1/1", "--file", "a.yaml");
    const widened = await portcullis("publish", "--widen", "--base", "default/1/1");
    const late = await portcullis("publish", "--widen", "--base", "default/1/1");
    const status = await portcullis("rollout", "status", "--wait", "--timeout", "0.1");
    const fleet = await portcullis("fleet");

    expect(shown.output).toBe(aPolicy("registry.corp.example"));
    expect(widened.output).toContain("published default/1/2 for all clusters, widens default/1/1\n");
    expect(late.status).toBe(1);
    expect(status.output).toMatch(/^timed-out: no replica of its clusters has reported/);
    expect(fleet.output).toContain("newest revision default/1/2;");
  });

  it("say why they are not let in, and what cannot be asked of a control service", async () => {
    const stranger = await aControlledLog("stranger");
    const portcullis = await aControlledLog();

    const refused = await stranger("revisions", "list");
    const epoch = await portcullis("publish", "policies", "--new-epoch");
    const unknown = await portcullis("revisions", "show", "9");
    const unnamed = await portcullis("publish", "policies", "--base", "1/1");

    expect([refused.status, epoch.status, unknown.status, unnamed.status]).toEqual([2, 2, 2, 2]);
    expect(refused.error).toMatch(/^portcullis: .* \(control-[a-z-]+\)\n$/);
    expect(epoch.error).toMatch(/\(control-not-offered\)\n$/);
    expect(unknown.error).toMatch(/\(control-no-such-revision\)\n$/);
    expect(unnamed.error).toMatch(/names no revision in full; write default\/2\/7, .* \(cli-usage\)\n$/);
  });

  it("take either a log or a control service, and a certificate for the latter", async () => {
    const portcullis = await aControlledLog();

    const both = await portcullis("fleet", "--control", "127.0.0.1:1", "--bus", "nats://127.0.0.1:1");
    const nobody = await portcullis("fleet", "--control-tls-key", "");
    const unreachable = await portcullis("fleet", "--control", "127.0.0.1:1");

    expect([both.status, nobody.status, unreachable.status]).toEqual([2, 2, 2]);
    expect(both.error).toContain("name one (cli-usage)");
    expect(nobody.error).toContain("--control-tls-key (cli-usage)");
    expect(unreachable.error).toMatch(/\(control-unreachable\)\n$/);
  });
});
