import { Client, credentials } from "@grpc/grpc-js";
import { type CertificateAuthority, createCertificateAuthority } from "@portcullis/pki";
import { createTelemetry, type Telemetry } from "@portcullis/telemetry";
import type { MutualTls } from "@portcullis/wire";
import { onTestFinished } from "vitest";
import type { PolicyAdministrationOptions } from "./administration-context.ts";
import { type Administered, anAdministration } from "./administration-fixture.ts";
import { type ControlServer, type ControlServerOptions, createControlServer } from "./create-control-server.ts";
import { createRemoteAdministration, type RemoteAdministration } from "./remote-administration.ts";

/** A control service on a log in memory, and a client whose certificate is allowed. */
export interface ControlUnderTest {
  readonly server: ControlServer;
  readonly administration: Administered;
  readonly remote: RemoteAdministration;
  readonly telemetry: Telemetry;
  /** What was written to the log. */
  readonly lines: Record<string, unknown>[];
  /** As somebody else, or by another port. */
  connect(name: string, port?: number): Promise<RemoteAdministration>;
  /** For calls that no honest client makes. */
  rawClient(): Promise<Client>;
}

export type ControlOverrides = Partial<ControlServerOptions> & Partial<PolicyAdministrationOptions>;

/** Listens on 127.0.0.1 and lets `CN=admin` and `CN=ci` in, unless said otherwise. */
export async function aControlService(overrides: ControlOverrides = {}): Promise<ControlUnderTest> {
  const authority = await createCertificateAuthority({ commonName: "test" });
  const lines: Record<string, unknown>[] = [];
  const telemetry = createTelemetry({
    service: "control",
    logLevel: "info",
    withProcessMetrics: false,
    logDestination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const administration = anAdministration(overrides);
  const server = await createControlServer({
    administration,
    host: "127.0.0.1",
    port: 0,
    tls: await tlsOf(authority, { commonName: "control", dnsNames: ["localhost"], usage: "server" }),
    allowedClients: ["CN=admin", "CN=ci"],
    telemetry,
    maxBundleBytes: 64 * 1024 * 1024,
    uploadTimeoutMs: 30_000,
    drainDelayMs: 50,
    drainTimeoutMs: 2_000,
    ...overrides,
  });
  onTestFinished(() => server.close());

  async function connect(name: string, port = server.port): Promise<RemoteAdministration> {
    const remote = createRemoteAdministration({
      address: `127.0.0.1:${port}`,
      serverName: "localhost",
      tls: await tlsOf(authority, { commonName: name.replace("CN=", ""), usage: "client" }),
    });
    onTestFinished(() => remote.close());
    return remote;
  }

  async function rawClient(): Promise<Client> {
    const { ca, key, cert } = await tlsOf(authority, { commonName: "admin", usage: "client" });
    const client = new Client(`127.0.0.1:${server.port}`, credentials.createSsl(ca, key, cert), {
      "grpc.ssl_target_name_override": "localhost",
      "grpc.use_local_subchannel_pool": 1,
    });
    onTestFinished(() => client.close());
    return client;
  }

  return { server, administration, remote: await connect("CN=admin"), telemetry, lines, connect, rawClient };
}

async function tlsOf(authority: CertificateAuthority, request: Parameters<CertificateAuthority["issue"]>[0]): Promise<MutualTls> {
  const { certPem, keyPem } = await authority.issue(request);
  return { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(authority.certPem) };
}
