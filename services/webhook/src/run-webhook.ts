import { loadTlsFiles, PkiError, type TlsFiles, watchTlsFiles } from "@portcullis/pki";
import { runService, type Surroundings } from "@portcullis/process";
import { createAdminServer, type Shutdown, type Telemetry } from "@portcullis/telemetry";
import { checkWebhookConfig, type WebhookConfig, webhookSchema } from "./config.ts";
import { createDecisionClient, type DecisionClient } from "./decision-client.ts";
import { startWebhook } from "./start-webhook.ts";

const closeTimeoutMs = 5_000;

/** Runs the webhook until it is told to stop. Resolves with the exit status: 0, or 2 after one sentence that says what to do. */
export function runWebhook(surroundings: Surroundings): Promise<0 | 2> {
  return runService(
    {
      name: "webhook",
      schema: webhookSchema,
      check: checkWebhookConfig,
      telemetry: ({ logLevel }) => ({ logLevel }),
      shutdownTimeoutMs: ({ webhook: { drainDelayMs, closeGraceMs } }) => drainDelayMs + closeGraceMs + closeTimeoutMs,
      start,
      explain: (error) => (error instanceof PkiError ? error.message : undefined),
    },
    surroundings,
  );
}

async function start(config: WebhookConfig, telemetry: Telemetry, shutdown: Shutdown): Promise<void> {
  const client = await connectToDecisions(config, telemetry);
  const webhook = await startWebhook(config.webhook, client.decide, telemetry);
  // The order of closing: who asks first, then who answers, and the admin port last, so that all of it can be watched.
  shutdown.add("webhook", webhook.drain);
  shutdown.add("decision client", client.close);
  const isReady = readyOnce(client);
  const readiness = () => {
    const { ready, details } = webhook.readiness();
    return { ready: ready && isReady(), details: { ...details, decisionsReachable: client.ready() } };
  };
  const admin = await createAdminServer({ ...config.admin, metrics: telemetry.metrics, readiness, log: telemetry.log });
  shutdown.add("admin", admin.close);
  telemetry.log.info({ port: webhook.port, admin: admin.url, decisions: config.decision.addresses }, "serving");
}

async function connectToDecisions({ decision }: WebhookConfig, telemetry: Telemetry): Promise<DecisionClient> {
  const current = await loadTlsFiles(decision.tls);
  const client = createDecisionClient({ addresses: decision.addresses, tls: mutual(current), telemetry });
  const watcher = watchTlsFiles(decision.tls, {
    current,
    onReload: (next) => client.reloadTls(mutual(next)),
    onProblem: (err) => telemetry.log.error({ err }, "the new certificate for decision services cannot be used; the one used so far stays"),
  });
  return {
    ...client,
    close() {
      watcher.close();
      client.close();
    },
  };
}

function mutual({ cert, key, ca = Buffer.alloc(0) }: TlsFiles) {
  return { cert, key, ca };
}

/**
 * Not ready before a decision service was reached once. After that their loss changes nothing: it would hit all replicas
 * at once and empty the Service, and then the API server decides by itself.
 */
function readyOnce(client: DecisionClient): () => boolean {
  let wasReady = false;
  return () => {
    wasReady ||= client.ready();
    return wasReady;
  };
}
