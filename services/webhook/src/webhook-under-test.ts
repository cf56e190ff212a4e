import { type CertificateAuthority, createCertificateAuthority, type KeyPairPem, type TlsFiles } from "@portcullis/pki";
import type { Answer, Decide, Workload } from "@portcullis/policy";
import { createTelemetry, type Telemetry } from "@portcullis/telemetry";
import { createWebhookApp, type WebhookApp, type WebhookAppOptions } from "./app.ts";
import type { CallingOptions } from "./calling.ts";

/** A webhook that listens on loopback, the authority of its certificates, and a client that it answers. */
export interface StartedWebhook {
  readonly webhook: WebhookApp;
  readonly port: number;
  readonly ca: CertificateAuthority;
  readonly telemetry: Telemetry;
  /** Parsed log lines, oldest first. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** How to reach it as the API server of the cluster `default`. */
  readonly apiServer: CallingOptions;
  /** How to reach it with another certificate, or without one. */
  callerWith(pair: KeyPairPem | undefined): CallingOptions;
  /** The value of one line of `/metrics`, as `name{label="value"}`; 0 where there is none. */
  metric(series: string): Promise<number>;
}

export const testRules = {
  callers: [
    { name: "CN=kube-apiserver", cluster: "default" },
    { name: "DNS:api.prod-1.example", cluster: "prod-1" },
    { name: "CN=two-clusters", cluster: "east" },
    { name: "CN=two-clusters", cluster: "west" },
  ],
  unauthenticatedClusters: ["managed"],
};

const allowed: Answer = {
  decision: { verdict: "allow", servedAt: { lineage: "test", epoch: 1, revision: 1 }, warnings: [], audited: [] },
  decisionId: "decision-1",
  cacheTtlMs: 0,
  stalenessMs: 0,
  degraded: false,
};

/** Allows whatever it is asked. */
export const allowAll: Decide = () => Promise.resolve(allowed);

/** Starts a webhook with its own authority; it allows everything unless told otherwise. Close `webhook`. */
export async function startTestWebhook(
  overrides: Partial<WebhookAppOptions> = {},
  onAsked: (workload: Workload) => void = () => undefined,
): Promise<StartedWebhook> {
  const logged: Record<string, unknown>[] = [];
  const logDestination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const telemetry = createTelemetry({ service: "webhook", logLevel: "info", logDestination, withProcessMetrics: false });
  const asking: Decide = (workload, context) => {
    onAsked(workload);
    return allowAll(workload, context);
  };
  const ca = await createCertificateAuthority({ commonName: "test authority" });
  const tls = await serverTls(ca);
  const webhook = createWebhookApp({ decide: asking, tls, rules: testRules, telemetry, ...overrides });
  const port = await webhook.listen({ host: "127.0.0.1", port: 0 });
  const callerWith = (pair: KeyPairPem | undefined) => ({
    port,
    ca: ca.certPem,
    ...(pair === undefined ? {} : { cert: pair.certPem, key: pair.keyPem }),
  });
  const apiServer = callerWith(await ca.issue({ commonName: "kube-apiserver", usage: "client" }));
  return {
    webhook,
    port,
    ca,
    telemetry,
    logged,
    apiServer,
    callerWith,
    async metric(series) {
      const lines = (await telemetry.metrics.metrics()).split("\n");
      return Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? 0);
    },
  };
}

/** What a server for `localhost` shows, and callers checked by the same authority. */
export async function serverTls(ca: CertificateAuthority, callersFrom: readonly CertificateAuthority[] = [ca]): Promise<TlsFiles> {
  const notAfter = new Date(Date.now() + 86_400_000);
  const { certPem, keyPem } = await ca.issue({
    commonName: "localhost",
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
    usage: "server",
    notAfter,
  });
  const bundle = callersFrom.map((authority) => authority.certPem).join("\n");
  return { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(bundle), notAfter };
}
