import { readFile } from "node:fs/promises";
import { ConfigError, describeConfig, loadConfig } from "@portcullis/config";
import { loadTlsFiles, PkiError, type TlsFiles, watchTlsFiles } from "@portcullis/pki";
import { createAdminServer, createShutdown, createTelemetry, StartError, type Telemetry } from "@portcullis/telemetry";
import { checkWebhookConfig, type WebhookConfig, webhookSchema } from "./config.ts";
import { createDecisionClient, type DecisionClient } from "./decision-client.ts";
import { readArguments } from "./read-arguments.ts";
import { startWebhook } from "./start-webhook.ts";

/** What the webhook sees of the process it runs in. */
export interface WebhookProcess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process shall end. */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

const closeTimeoutMs = 5_000;

/** Runs the webhook until it is told to stop. Resolves with the exit status: 0, or 2 after one sentence that says what to do. */
export async function runWebhook(surroundings: WebhookProcess): Promise<0 | 2> {
  try {
    const flags = readArguments(surroundings.args);
    if (flags["help"] !== undefined) {
      surroundings.print(helpText());
      return 0;
    }
    return await serve(await loadWebhookConfig(flags, surroundings.env), surroundings.stop);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof PkiError || error instanceof StartError)) throw error;
    surroundings.printError(`portcullis-webhook: ${error.message}\n`);
    return 2;
  }
}

async function loadWebhookConfig(flags: Readonly<Record<string, string | boolean>>, env: WebhookProcess["env"]): Promise<WebhookConfig> {
  const { config: path = env["PORTCULLIS_CONFIG"], ...settings } = flags;
  const file = typeof path === "string" ? { path, text: await readConfigFile(path) } : undefined;
  return loadConfig(webhookSchema, { file, env, flags: settings, otherVariables: ["PORTCULLIS_CONFIG"], check: checkWebhookConfig });
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ key: "", origin: "--config", message: `"${path}" cannot be read: ${reason}` }]);
  }
}

async function serve(config: WebhookConfig, stop: AbortSignal): Promise<0 | 2> {
  const telemetry = createTelemetry({ service: "webhook", logLevel: config.logLevel });
  const { drainDelayMs, closeGraceMs } = config.webhook;
  const shutdown = createShutdown({ log: telemetry.log, timeoutMs: drainDelayMs + closeGraceMs + closeTimeoutMs });
  try {
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
    await aborted(stop);
    telemetry.log.info({ drainDelayMs }, "draining");
  } catch (error) {
    await shutdown.run();
    throw error;
  }
  return (await shutdown.run()).isClean ? 0 : 2;
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function helpText(): string {
  const lines = describeConfig(webhookSchema).map(
    ({ flag, expects, default: preset, description }) =>
      `  ${flag}\n      ${description}; ${expects}${preset === undefined ? "" : ` (default ${preset})`}`,
  );
  return [
    "Usage: webhook [--config FILE] [--SETTING VALUE]…",
    "",
    "Settings, also in FILE and as PORTCULLIS_… variables:",
    ...lines,
    "",
  ].join("\n");
}
