import { createDecisionServer, createDecisionService, type DecisionServer, type DecisionService } from "@portcullis/decision";
import { createCertificateAuthority } from "@portcullis/pki";
import type { Bundle } from "@portcullis/policy";
import { memoryPolicyBus } from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import type { MutualTls } from "@portcullis/wire";

/** A decision service that listens on 127.0.0.1, and what its front-end needs to ask it. */
export interface ListeningDecision {
  readonly service: DecisionService;
  readonly server: DecisionServer;
  readonly address: string;
  readonly clientTls: MutualTls;
  close(): void;
}

/** Starts a decision service with mTLS that serves `bundle`. */
export async function startDecision(bundle: Bundle): Promise<ListeningDecision> {
  const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });
  const bus = memoryPolicyBus();
  const service = createDecisionService({ bus, cache: { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 1_000 }, telemetry });
  const { serverTls, clientTls } = await mutualTls();
  const server = await createDecisionServer({
    service,
    host: "127.0.0.1",
    port: 0,
    tls: serverTls,
    allowedClients: ["CN=webhook"],
    telemetry,
  });
  await bus.publish(bundle);
  await service.ready();
  return {
    service,
    server,
    address: `127.0.0.1:${server.port}`,
    clientTls,
    close() {
      server.close();
      service.close();
    },
  };
}

async function mutualTls() {
  const authority = await createCertificateAuthority({ commonName: "test" });
  const [server, client] = await Promise.all([
    authority.issue({ commonName: "decision", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], usage: "server" }),
    authority.issue({ commonName: "webhook", usage: "client" }),
  ]);
  const toTls = ({ certPem, keyPem }: typeof server): MutualTls => ({
    cert: Buffer.from(certPem),
    key: Buffer.from(keyPem),
    ca: Buffer.from(authority.certPem),
  });
  return { serverTls: toTls(server), clientTls: toTls(client) };
}
