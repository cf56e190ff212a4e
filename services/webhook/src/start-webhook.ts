import { loadTlsFiles, type TlsFileNames, watchTlsFiles } from "@portcullis/pki";
import type { Decide } from "@portcullis/policy";
import type { Readiness, Telemetry } from "@portcullis/telemetry";
import { createWebhookApp } from "./app.ts";
import type { WebhookConfig } from "./config.ts";

/** A webhook that listens as its configuration says, and follows its certificate files. */
export interface RunningWebhook {
  readonly port: number;
  readiness(): Readiness;
  /** As configured: serves on, asks connections to end, closes. */
  drain(): Promise<void>;
}

/** Rejects with a `PkiError` or `StartError` that says what to do. */
export async function startWebhook(config: WebhookConfig["webhook"], decide: Decide, telemetry: Telemetry): Promise<RunningWebhook> {
  const files: TlsFileNames = { certFile: config.tls.certFile, keyFile: config.tls.keyFile, caFile: config.tls.clientCaFile };
  const tls = await loadTlsFiles(files);
  const webhook = createWebhookApp({
    decide,
    tls,
    telemetry,
    rules: { callers: config.callers, unauthenticatedClusters: config.unauthenticatedClusters },
    paths: config.paths,
    whenUndecided: { "image-review": config.whenUndecided.imageReview, validate: config.whenUndecided.validate },
    unknownImageLists: config.unknownImageLists,
    limits: {
      maxInFlight: config.maxInFlight,
      maxBufferedBytes: config.maxBufferedMebibytes * 1024 * 1024,
      maxConnections: config.maxConnections,
      maxConnectionAgeMs: config.maxConnectionAgeMs,
      bodyTimeoutMs: config.bodyTimeoutMs,
    },
  });
  const port = await webhook.listen(config);
  const watcher = watchTlsFiles(files, { current: tls, onReload: webhook.reloadTls, onProblem: webhook.reportTlsProblem });
  return {
    port,
    readiness: webhook.readiness,
    async drain() {
      watcher.close();
      await webhook.drain(config);
    },
  };
}
