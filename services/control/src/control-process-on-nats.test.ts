import { join } from "node:path";
import { createCertificateAuthority } from "@portcullis/pki";
import { createNatsRevisionLog, writeSigningKey, writeTrustAnchors } from "@portcullis/policy-bus";
import { describeOnNats } from "@portcullis/policy-bus/describe-on-nats";
import {
  createTemporaryFolder,
  type LaunchedProcess,
  launchProcess,
  type NatsProgram,
  type NatsServer,
  startNats,
  type TemporaryFolder,
} from "@portcullis/testing";
import { expect, it } from "vitest";
import { aFolder, anAdministration, policyText, trustAnchors, trustedKey } from "./administration-fixture.ts";
import { createRemoteAdministration, type RemoteAdministration } from "./remote-administration.ts";

const root = join(import.meta.dirname, "../../..");

await describeOnNats("the control service as a process", (program) => {
  it("publishes no revision twice when it is killed while it publishes, and says what became of each", { timeout: 120_000 }, async () => {
    await using stack = await startControlStack(program);
    const texts = ["a", "b", "c"];

    for (const [round, name] of texts.entries()) {
      const bundle = aFolder(policyText(name, "require: { digest: true }"));
      const { promise: atRisk, resolve: comeNear } = Promise.withResolvers<void>();
      const publishing = stack.remote().publish({
        bundle,
        audience: ["*"],
        onProgress: ({ step }) => {
          if (step === "compared") comeNear();
        },
      });
      await atRisk;
      await stack.kill();
      await stack.start();

      expect(await publishing).toMatchObject({ outcome: "published", revision: { token: { revision: round + 1 } } });
    }

    const { revisions, skipped } = await stack.direct.revisions();
    expect(revisions.map(({ token }) => token.revision)).toEqual([1, 2, 3]);
    expect(skipped).toEqual([]);
  });

  it("finishes what it publishes on SIGTERM, and ends with status 0", { timeout: 60_000 }, async () => {
    await using stack = await startControlStack(program);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();

    const publishing = stack.remote().publish({ bundle: aFolder(), audience: ["*"], onProgress: () => begin() });
    await begun;
    const stopped = stack.stop();

    expect(await publishing).toMatchObject({ outcome: "published" });
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(stack.output()).toMatch(/"operation":"publish","caller":"CN=portcullis-admin",.*"outcome":"published"/);
  });
});

/** A nats-server, and in front of it a control service that can be killed and started again on the same port. */
async function startControlStack(program: NatsProgram) {
  const [server, folder] = await Promise.all([startNats(program), createTemporaryFolder()]);
  const log = createNatsRevisionLog({ servers: [server.url], name: "test" });
  await log.setUp({ replicas: 1 });
  const files = await writeFiles(folder);
  let control: LaunchedProcess;
  let port = 0;
  let remote: RemoteAdministration | undefined;

  async function start(): Promise<void> {
    const args = ["--conditions=source", "services/control/src/main.ts", ...settings(server, files), "--control-port", String(port)];
    control = await launchProcess({ command: process.execPath, args, cwd: root });
    const [, listening] = await control.line(/"port":(\d+),.*"msg":"serving"/, 60_000);
    port = Number(listening);
  }

  await start();
  return {
    direct: anAdministration({ log }),
    start,
    remote: () => {
      remote ??= createRemoteAdministration({ address: `127.0.0.1:${port}`, serverName: "localhost", tls: files.client });
      return remote;
    },
    async kill() {
      control.signal("SIGKILL");
      await control.ended();
    },
    stop: () => control.stop(30_000),
    output: () => control.output(),
    async [Symbol.asyncDispose]() {
      remote?.close();
      await control.stop();
      await log.close();
      await server[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

async function writeFiles(folder: TemporaryFolder) {
  const authority = await createCertificateAuthority({ commonName: "test" });
  const server = await authority.issue({ commonName: "control", dnsNames: ["localhost"], usage: "server" });
  const client = await authority.issue({ commonName: "portcullis-admin", usage: "client" });
  const [trust, key] = [join(folder.path, "trust.json"), join(folder.path, "signing.key")];
  await writeTrustAnchors(trust, trustAnchors);
  await writeSigningKey(key, trustedKey);
  return {
    trust,
    key,
    ca: await folder.write("ca.crt", authority.certPem),
    cert: await folder.write("control.crt", server.certPem),
    certKey: await folder.write("control.key", server.keyPem),
    client: { ca: Buffer.from(authority.certPem), cert: Buffer.from(client.certPem), key: Buffer.from(client.keyPem) },
  };
}

function settings({ url }: NatsServer, files: Awaited<ReturnType<typeof writeFiles>>): readonly string[] {
  return [
    ...["--bus-servers", url, "--bus-trust-file", files.trust, "--keys-files", files.key],
    ...["--control-host", "127.0.0.1", "--admin-port", "0", "--control-drain-delay-ms", "50"],
    ...["--control-tls-cert-file", files.cert, "--control-tls-key-file", files.certKey, "--control-tls-client-ca-file", files.ca],
  ];
}
