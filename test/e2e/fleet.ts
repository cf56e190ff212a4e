import { dirname } from "node:path";
import type { LaunchedProcess } from "@portcullis/testing";
import { freePorts } from "./free-ports.ts";
import { behindOneAddress, type FrontEnd, type Ground, launchService, type Portcullis, prepareGround } from "./portcullis.ts";
import { until } from "./until.ts";

/** Two webhook processes that ask two decision processes. */
export interface Fleet extends Portcullis {
  /** SIGKILL to one of the two decision processes. */
  killDecision(index: 0 | 1): Promise<void>;
}

/** Resolves once every process is ready. */
export async function startFleet(policies: string): Promise<Fleet> {
  const ground = await prepareGround(policies);
  const decisions = await Promise.all([startDecision(ground), startDecision(ground)]);
  const addresses = decisions.map(({ port }) => `127.0.0.1:${port}`);
  const webhooks = await Promise.all([startWebhook(ground, addresses), startWebhook(ground, addresses)]);
  const portcullis = await behindOneAddress(ground, webhooks);
  return {
    ...portcullis,
    async killDecision(index) {
      decisions[index].process.signal("SIGKILL");
      await decisions[index].process.ended();
    },
    async stop() {
      await portcullis.stop();
      await Promise.all(decisions.map((decision) => decision.process.stop()));
    },
  };
}

interface Decision {
  readonly process: LaunchedProcess;
  readonly port: number;
}

async function startDecision({ pki, policies }: Ground): Promise<Decision> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const process = await launchService("decision", [
    ...["--policies", JSON.stringify([dirname(policies)])],
    ...["--decision-host", "127.0.0.1", "--decision-port", String(port), "--admin-port", String(adminPort)],
    ...["--decision-tls-cert-file", pki.decision.certFile, "--decision-tls-key-file", pki.decision.keyFile],
    ...["--decision-tls-client-ca-file", pki.caFile],
  ]);
  await isReady(process, adminPort);
  return { process, port };
}

async function startWebhook({ pki }: Ground, addresses: readonly string[]): Promise<FrontEnd> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const process = await launchService("webhook", [
    ...["--webhook-host", "127.0.0.1", "--webhook-port", String(port), "--admin-port", String(adminPort)],
    ...["--webhook-tls-cert-file", pki.server.certFile, "--webhook-tls-key-file", pki.server.keyFile],
    ...["--webhook-tls-client-ca-file", pki.caFile, "--webhook-drain-delay-ms", "0"],
    ...["--decision-addresses", JSON.stringify(addresses), "--decision-tls-ca-file", pki.caFile],
    ...["--decision-tls-cert-file", pki.webhookClient.certFile, "--decision-tls-key-file", pki.webhookClient.keyFile],
  ]);
  await isReady(process, adminPort);
  return { process, port, adminUrl: `http://127.0.0.1:${adminPort}` };
}

async function isReady(process: LaunchedProcess, adminPort: number): Promise<void> {
  await process.port(adminPort);
  await until("the process is ready", async () => ((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok ? true : undefined));
}
