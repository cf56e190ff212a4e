import { Client, credentials } from "@grpc/grpc-js";
import { type CertificateAuthority, createCertificateAuthority } from "@portcullis/pki";
import type { Decide, RevisionToken } from "@portcullis/policy";
import { createTelemetry, type Telemetry } from "@portcullis/telemetry";
import { anAnswer } from "@portcullis/testing";
import type { MutualTls } from "@portcullis/wire";
import { onTestFinished } from "vitest";
import { createDecisionServer, type DecisionServer, type DecisionServerOptions } from "./create-decision-server.ts";
import type { DecisionService } from "./create-decision-service.ts";

/** A server in front of a decision service that does as a test says. */
export interface ServerUnderTest {
  readonly server: DecisionServer;
  readonly options: DecisionServerOptions;
  readonly address: string;
  readonly ca: Buffer;
  readonly telemetry: Telemetry;
  /** Carries a certificate whose name is allowed. */
  readonly client: Client;
  connect(name: string): Promise<Client>;
  connectByAnotherAuthority(): Promise<Client>;
  /** Gives the server a certificate of a new authority, by which clients are connected from now on. */
  replaceAuthority(): Promise<void>;
  /** Puts a revision in force. */
  apply(token: RevisionToken): void;
}

/** Listens on 127.0.0.1 and allows everything, unless said otherwise. */
export async function aServer(overrides: Partial<DecisionServerOptions> & { readonly decide?: Decide } = {}): Promise<ServerUnderTest> {
  let authority = await createCertificateAuthority({ commonName: "test" });
  const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });
  const { service, apply } = aService(overrides.decide ?? (async () => anAnswer()));
  const options: DecisionServerOptions = {
    service,
    host: "127.0.0.1",
    port: 0,
    tls: await serverTls(authority),
    allowedClients: ["CN=webhook"],
    telemetry,
    drainDelayMs: 100,
    drainTimeoutMs: 300,
    ...overrides,
  };
  const server = await createDecisionServer(options);
  onTestFinished(() => server.close());
  const address = `127.0.0.1:${server.port}`;

  async function connectBy(issuer: CertificateAuthority, name: string): Promise<Client> {
    const { certPem, keyPem } = await issuer.issue({ commonName: name.replace("CN=", ""), usage: "client" });
    const ssl = credentials.createSsl(Buffer.from(authority.certPem), Buffer.from(keyPem), Buffer.from(certPem));
    const client = new Client(address, ssl, { "grpc.ssl_target_name_override": "localhost", "grpc.use_local_subchannel_pool": 1 });
    onTestFinished(() => client.close());
    return client;
  }

  return {
    server,
    options,
    address,
    telemetry,
    ca: Buffer.from(authority.certPem),
    client: await connectBy(authority, "CN=webhook"),
    connect: (name) => connectBy(authority, name),
    connectByAnotherAuthority: async () => connectBy(await createCertificateAuthority({ commonName: "other" }), "CN=webhook"),
    async replaceAuthority() {
      authority = await createCertificateAuthority({ commonName: "next" });
      server.reloadTls(await serverTls(authority));
    },
    apply,
  };
}

async function serverTls(authority: CertificateAuthority): Promise<MutualTls> {
  const { certPem, keyPem } = await authority.issue({ commonName: "decision", dnsNames: ["localhost"], usage: "server" });
  return { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(authority.certPem) };
}

function aService(decide: Decide): { readonly service: DecisionService; readonly apply: (token: RevisionToken) => void } {
  const listeners = new Set<(token: RevisionToken) => void>();
  let current: RevisionToken | undefined;
  return {
    apply(token) {
      current = token;
      for (const listener of listeners) listener(token);
    },
    service: {
      decide,
      explain: async () => ({ answer: anAnswer(), steps: ["allowed"] }),
      prepare: async () => () => {},
      current: () => current,
      policies: () => [],
      onRevision(listener) {
        listeners.add(listener);
        if (current !== undefined) listener(current);
        return () => void listeners.delete(listener);
      },
      ready: () => new Promise(() => {}),
      readiness: () => ({ ready: current !== undefined, details: {} }),
      isFresh: () => current !== undefined,
      close: () => {},
    },
  };
}
