import { http1Transport, http2Transport, type WebhookTransport } from "@portcullis/api-server-simulator";
import { createCertificateAuthority } from "@portcullis/pki";
import type { Decide } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { createWebhookApp } from "@portcullis/webhook";

/** A webhook that listens on 127.0.0.1, and API servers that may ask it. */
export interface ListeningWebhook {
  /** An API server whose certificate speaks for every cluster that was given; ImageReview goes over HTTP/2. */
  apiServer(protocol: "admission" | "image-review", cluster: string, httpVersion?: "1.1" | "2.0"): WebhookTransport;
  close(): Promise<void>;
}

/** Starts a webhook that asks `decide`, with mTLS, for these clusters. */
export async function startWebhook(decide: Decide, clusters: readonly string[]): Promise<ListeningWebhook> {
  const telemetry = createTelemetry({ service: "webhook", logLevel: "silent", withProcessMetrics: false });
  const authority = await createCertificateAuthority({ commonName: "test" });
  const [server, client] = await Promise.all([
    authority.issue({ commonName: "webhook", ipAddresses: ["127.0.0.1"], usage: "server" }),
    authority.issue({ commonName: "kube-apiserver", usage: "client" }),
  ]);
  const webhook = createWebhookApp({
    decide,
    telemetry,
    tls: {
      cert: Buffer.from(server.certPem),
      key: Buffer.from(server.keyPem),
      ca: Buffer.from(authority.certPem),
      notAfter: new Date(Date.now() + 86_400_000),
    },
    rules: { callers: clusters.map((cluster) => ({ name: "CN=kube-apiserver", cluster })), unauthenticatedClusters: [] },
  });
  const port = await webhook.listen({ host: "127.0.0.1", port: 0 });
  return {
    apiServer(protocol, cluster, httpVersion = protocol === "admission" ? "1.1" : "2.0") {
      const path = protocol === "admission" ? "validate" : "image-review";
      const url = `https://127.0.0.1:${port}/clusters/${encodeURIComponent(cluster)}/${path}`;
      const connect = httpVersion === "1.1" ? http1Transport : http2Transport;
      return connect({ url, ca: authority.certPem, cert: client.certPem, key: client.keyPem });
    },
    close: webhook.close,
  };
}

/** What an API server takes from a body: the verdict and its reason. Throws where it finds none. */
export function readAnswer(
  protocol: "admission" | "image-review",
  body: string,
): { verdict: "allow" | "deny"; message: string; uid: string } {
  const parsed: {
    response?: { uid: string; allowed: boolean; status?: { message: string } };
    status?: { allowed: boolean; reason?: string };
  } = JSON.parse(body);
  const answer = protocol === "admission" ? parsed.response : parsed.status;
  if (typeof answer?.allowed !== "boolean") throw new Error(`no verdict in ${body}`);
  const message = protocol === "admission" ? parsed.response?.status?.message : parsed.status?.reason;
  return { verdict: answer.allowed ? "allow" : "deny", message: message ?? "", uid: parsed.response?.uid ?? "" };
}
