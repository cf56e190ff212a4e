// The webhook: deciding in its own process, or with the port of a decision service as second argument.
import { setTimeout as pause } from "node:timers/promises";
import type { Decide } from "@portcullis/policy";
import { createTelemetry, type Telemetry } from "@portcullis/telemetry";
import { createDecisionClient, createWebhookApp } from "@portcullis/webhook";
import { readTlsMaterial } from "../tls-material.ts";
import { startDeciding } from "./deciding.ts";
import { reportUsage } from "./report-usage.ts";

const [folder = "", decisionPort, withHolds] = process.argv.slice(2);
const { server: tls, webhookClient } = await readTlsMaterial(folder);
const telemetry = createTelemetry({ service: "webhook", logLevel: "info" });

const webhook = createWebhookApp({
  decide: await chooseDecide(telemetry),
  tls: { ...tls, notAfter: new Date(Date.now() + 86_400_000) },
  rules: { callers: [{ name: "CN=kube-apiserver", cluster: "default" }], unauthenticatedClusters: [] },
  telemetry,
  // Connections stay for the whole run: what is measured is reviews, not handshakes.
  limits: { maxConnectionAgeMs: 3_600_000 },
});
reportUsage(await webhook.listen({ host: "127.0.0.1", port: 0 }), { withHolds: withHolds === "with-holds" });

async function chooseDecide(to: Telemetry): Promise<Decide> {
  if (decisionPort === undefined || decisionPort === "in-process") return (await startDeciding(to)).decide;
  const client = createDecisionClient({ addresses: [`localhost:${decisionPort}`], tls: webhookClient, telemetry: to });
  while (!client.ready()) await pause(10);
  return client.decide;
}
