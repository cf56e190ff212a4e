import { setTimeout as pause } from "node:timers/promises";
import { ConfigError } from "@portcullis/config";
import type { ReviewContext } from "@portcullis/kubernetes";
import type { TlsFiles } from "@portcullis/pki";
import type { Decide } from "@portcullis/policy";
import type { Readiness, Telemetry } from "@portcullis/telemetry";
import type { CallerRules } from "./caller.ts";
import { type CallerGate, createCallerGate } from "./caller-gate.ts";
import { type Connections, followConnections } from "./connections.ts";
import { decideInTime } from "./decide-in-time.ts";
import { createEndOfTurn } from "./end-of-turn.ts";
import { createExpiryWatch } from "./expiry-watch.ts";
import { createHttpsServer, listenOn, type WebhookServer } from "./https-server.ts";
import { createParsePool } from "./parse-pool.ts";
import { createReviewDesk } from "./review-desk.ts";
import { createReviewLoad } from "./review-load.ts";
import { createReviewLog } from "./review-log.ts";
import type { ReviewPath } from "./review-protocol.ts";
import { defaultReviewUrls, type ReviewUrls } from "./review-route.ts";
import { imageReviewRoute } from "./routes/image-review.ts";
import { unknownRoute } from "./routes/unknown.ts";
import { validateRoute } from "./routes/validate.ts";
import { createServedCertificate } from "./served-certificate.ts";
import { boundStrangers } from "./strangers.ts";
import { defaultWebhookLimits, type WebhookLimits } from "./webhook-limits.ts";
import { createWebhookMetrics, type WebhookMetrics } from "./webhook-metrics.ts";
import { cachedAllowRefusal, type UndecidedMode } from "./when-undecided.ts";

export interface WebhookAppOptions {
  readonly decide: Decide;
  readonly tls: TlsFiles;
  /** Who may ask, and for which cluster. */
  readonly rules: CallerRules;
  readonly telemetry: Telemetry;
  /** Default: deny on both paths. */
  readonly whenUndecided?: Readonly<Record<ReviewPath, UndecidedMode>>;
  readonly paths?: ReviewUrls;
  /** Default: `report`. */
  readonly unknownImageLists?: ReviewContext["unknownImageLists"];
  readonly limits?: Partial<WebhookLimits>;
  /** Wall clock in milliseconds of Unix time, by which client certificates are valid. */
  readonly now?: () => number;
}

export interface DrainOptions {
  /** Serving goes on this long after readiness says no, until nobody sends new connections here. */
  readonly drainDelayMs: number;
  /** Then connections are asked to end, and those that have not by this time are closed. */
  readonly closeGraceMs: number;
}

export interface WebhookApp {
  readonly app: WebhookServer;
  /** Port 0: any free one. Resolves with the port, rejects with `StartError`. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Serves the new certificate and checks callers by the new client CA; no connection is dropped. */
  reloadTls(tls: TlsFiles): void;
  /** The certificate served so far stays; readiness details and a metric say so. */
  reportTlsProblem(problem: Error): void;
  readiness(): Readiness;
  /** Not ready at once; then serves on, asks connections to end, finishes what is in flight, and closes. */
  drain(options: DrainOptions): Promise<void>;
  /** Closes at once. */
  close(): Promise<void>;
}

/**
 * The webhook without its process: one TLS port for both protocols. The caller drains or closes it. Throws `ConfigError`
 * for `whenUndecided: allow` on ImageReviews.
 */
export function createWebhookApp(options: WebhookAppOptions): WebhookApp {
  const { telemetry, tls } = options;
  assertNoCachedAllow(options);
  const limits = { ...defaultWebhookLimits, ...options.limits };
  const load = createReviewLoad(limits);
  const metrics = createWebhookMetrics(telemetry, load);
  const paths = options.paths ?? defaultReviewUrls;
  const gate = createCallerGate({ rules: options.rules, telemetry, metrics, now: options.now ?? Date.now });
  const app = createHttpsServer({ tls, limits, telemetry, answerUnknown: unknownRoute({ paths, telemetry, metrics }) });
  boundStrangers(app.server, { limits, telemetry, metrics, mayAsk: gate.mayAsk });
  const connections = followConnections(app.server, { maxAgeMs: limits.maxConnectionAgeMs, lastStreamMs: limits.lastStreamMs });
  const closeReviews = addReviews(options, { app, paths, gate, connections, load, metrics, limits });
  const certificate = createServedCertificate({ server: app.server, tls, connections, metrics, telemetry });
  announceOpenClusters(options, metrics);

  let draining: Promise<void> | undefined;
  async function close(): Promise<void> {
    app.server.close();
    connections.destroyAll();
    await app.close();
    await closeReviews();
  }
  async function drainAndClose({ drainDelayMs, closeGraceMs }: DrainOptions): Promise<void> {
    await pause(drainDelayMs);
    connections.retireForGood();
    await connections.closed(closeGraceMs);
    await close();
  }
  return {
    app,
    listen: (address) => listenOn(app, address),
    reloadTls: certificate.reload,
    reportTlsProblem: certificate.reportProblem,
    readiness: () => ({
      ready: draining === undefined,
      details: { draining: draining !== undefined, inFlight: load.inFlight, pressure: load.pressure, tls: certificate.details() },
    }),
    drain(how) {
      draining ??= drainAndClose(how);
      return draining;
    },
    close,
  };
}

interface ReviewParts {
  readonly app: WebhookServer;
  readonly paths: ReviewUrls;
  readonly gate: CallerGate;
  readonly connections: Connections;
  readonly load: ReturnType<typeof createReviewLoad>;
  readonly metrics: WebhookMetrics;
  readonly limits: WebhookLimits;
}

/** Adds the routes; what it returns ends what works for them. */
function addReviews(
  options: WebhookAppOptions,
  { app, paths, gate, connections, load, metrics, limits }: ReviewParts,
): () => Promise<void> {
  const { telemetry } = options;
  const watch = createExpiryWatch();
  const pool = createParsePool({ telemetry, threads: limits.parseThreads });
  const desk = createReviewDesk({
    decide: decideInTime(options.decide, watch),
    whenUndecided: options.whenUndecided ?? { "image-review": "deny", validate: "deny" },
    unknownImageLists: options.unknownImageLists ?? "report",
    log: createReviewLog(telemetry),
    bodyTimeoutMs: limits.bodyTimeoutMs,
    load,
    metrics,
    watch,
    atEndOfTurn: createEndOfTurn(),
    pool,
    telemetry,
  });
  const routes = { app, gate, desk, connections, paths };
  imageReviewRoute(routes);
  validateRoute(routes);
  return () => {
    watch.close();
    return pool.close();
  };
}

function assertNoCachedAllow({ whenUndecided }: WebhookAppOptions): void {
  if (whenUndecided?.["image-review"] !== "allow") return;
  throw new ConfigError([{ key: "webhook.whenUndecided.imageReview", origin: "", message: cachedAllowRefusal }]);
}

function announceOpenClusters({ rules, telemetry }: WebhookAppOptions, metrics: WebhookMetrics): void {
  for (const cluster of rules.unauthenticatedClusters) {
    metrics.unauthenticatedCluster.labels({ cluster }).set(1);
    telemetry.log.warn(
      { cluster },
      `anybody who reaches this port may ask for the cluster '${cluster}': no client certificate is required`,
    );
  }
}
