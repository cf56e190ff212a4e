import { createDecisionServer, createDecisionService, type DecisionService, registerFolderProblems } from "@portcullis/decision";
import { type DevelopmentPki, ensureDevelopmentPki, loadTlsFiles, watchTlsFiles } from "@portcullis/pki";
import { namesCluster } from "@portcullis/policy";
import { type FolderProblem, memoryPolicyBus, watchPolicyFolder } from "@portcullis/policy-bus";
import { createAdminServer, createShutdown, createTelemetry, type Readiness, type Shutdown, type Telemetry } from "@portcullis/telemetry";
import { createWebhookApp } from "@portcullis/webhook";
import type { ServeConfig } from "./serve-config.ts";
import type { RevisionInForce, Standalone } from "./standalone.ts";
import { toStartFailure } from "./start-failure.ts";

export interface StandaloneListeners {
  /** Takes log lines (JSON). */
  readonly writeLog: (line: string) => void;
  /** A revision after the first took effect. */
  readonly onRevision: (revision: RevisionInForce) => void;
  /** What keeps the policy files from being served as they stand, whenever that changes; empty once all is well. */
  readonly onProblems: (problems: readonly FolderProblem[]) => void;
  /** A revision holds overlays that are for none of the callers' clusters. Never called with none. */
  readonly onIdleOverlays: (overlays: readonly string[], clusters: readonly string[]) => void;
}

/** The name in the client certificate that `ensureDevelopmentPki` makes for the webhook. */
const webhookName = "CN=portcullis-webhook";

const closeGraceMs = 3_000;
const shutdownTimeoutMs = 8_000;

/** What the parts are started with. */
interface Starting extends StandaloneListeners {
  readonly config: ServeConfig;
  readonly telemetry: Telemetry;
  /** Parts are added as they open, and close in the opposite order. */
  readonly opened: { readonly name: string; readonly close: () => void | Promise<void> }[];
}

/**
 * Composes everything in one process: folder → bus → decision service → webhook, with gRPC and admin ports beside it. Resolves once
 * all of it can be asked; rejects with a sentence that says what to do, and with nothing left open.
 */
export async function createStandalone(config: ServeConfig, listeners: StandaloneListeners): Promise<Standalone> {
  const telemetry = createTelemetry({ service: "standalone", logLevel: config.logLevel, logDestination: { write: listeners.writeLog } });
  const starting: Starting = { ...listeners, config, telemetry, opened: [] };
  try {
    return await start(starting);
  } catch (error) {
    await closeAll(starting);
    throw toStartFailure(error);
  }
}

async function start(starting: Starting): Promise<Standalone> {
  const { config, telemetry, onRevision } = starting;
  const pki = await ensureDevelopmentPki(config.dataDir);
  const { service, problems } = await startDeciding(starting);
  let readiness = (): Readiness => service.readiness();
  const admin = await createAdminServer({ ...config.admin, host: config.host, ...telemetry, readiness: () => readiness() });
  starting.opened.push({ name: "admin", close: admin.close });
  const decisionPort = await startDecisionServer(starting, pki, service);
  const webhook = await startWebhook(starting, pki, service);
  readiness = () => joined({ webhook: webhook.readiness(), decision: service.readiness() }, problems());
  const first = inForce(service);
  service.onRevision(() => {
    const revision = inForce(service);
    if (revision.revision !== first.revision) onRevision(revision);
  });
  const webhookUrl = `https://${authority(config.host, webhook.port)}`;
  return {
    webhookUrl,
    imageReviewUrl: `${webhookUrl}${config.webhook.paths.imageReview}`,
    validateUrl: `${webhookUrl}${config.webhook.paths.validate}`,
    decisionAddress: authority(config.host, decisionPort),
    adminUrl: admin.url,
    pki,
    first,
    close: () => closeAll(starting),
  };
}

/** Folder → bus → decision service. Rejects when the policies do not compile: there are no last good ones yet. */
async function startDeciding({ config, telemetry, onProblems, onIdleOverlays, opened }: Starting) {
  const clusters = clustersOf(config);
  const bus = memoryPolicyBus();
  opened.push({ name: "policy bus", close: bus.close });
  const service = createDecisionService({ bus, cache: config.cache, telemetry });
  opened.push({ name: "decision service", close: service.close });
  const folder = await watchPolicyFolder({
    paths: config.policies,
    bus,
    onProblem: onProblems,
    onPublished({ overlays }) {
      const idle = overlays.filter((glob) => !clusters.some((cluster) => namesCluster([glob], cluster)));
      if (idle.length > 0) onIdleOverlays(idle, clusters);
    },
    onError: (err) => telemetry.log.error({ err }, "the policy folder cannot be published"),
  });
  opened.push({ name: "policy folder", close: folder.close });
  registerFolderProblems(telemetry.metrics, folder.problems);
  await service.ready();
  return { service, problems: folder.problems };
}

/** Those that workloads can come from. */
function clustersOf({ webhook: { callers, unauthenticatedClusters } }: ServeConfig): readonly string[] {
  return [...new Set([...callers.map(({ cluster }) => cluster), ...unauthenticatedClusters])];
}

async function startDecisionServer(
  { config, telemetry, opened }: Starting,
  pki: DevelopmentPki,
  service: DecisionService,
): Promise<number> {
  const { host, drainDelayMs } = config;
  const { cert, key, ca = Buffer.alloc(0) } = await loadTlsFiles({ ...pki.decision, caFile: pki.caFile });
  const tls = { cert, key, ca };
  const server = await createDecisionServer({
    ...{ service, telemetry, tls, host, drainDelayMs },
    port: config.decision.port,
    allowedClients: [webhookName],
    drainTimeoutMs: closeGraceMs,
  });
  opened.push({ name: "decision server", close: server.drain });
  return server.port;
}

async function startWebhook({ config, telemetry, opened }: Starting, pki: DevelopmentPki, { decide }: DecisionService) {
  const { callers, unauthenticatedClusters, paths, whenUndecided, unknownImageLists } = config.webhook;
  const files = { ...pki.server, caFile: pki.caFile };
  const tls = await loadTlsFiles(files);
  const webhook = createWebhookApp({
    decide,
    tls,
    rules: { callers, unauthenticatedClusters },
    paths,
    whenUndecided: { "image-review": whenUndecided.imageReview, validate: whenUndecided.validate },
    unknownImageLists,
    telemetry,
  });
  opened.push({ name: "webhook", close: () => webhook.drain({ drainDelayMs: config.drainDelayMs, closeGraceMs }) });
  const watcher = watchTlsFiles(files, { current: tls, onReload: webhook.reloadTls, onProblem: webhook.reportTlsProblem });
  opened.push({ name: "certificate files", close: watcher.close });
  return { readiness: webhook.readiness, port: await webhook.listen({ host: config.host, port: config.webhook.port }) };
}

async function closeAll({ config, telemetry, opened }: Starting): Promise<readonly string[]> {
  const shutdown: Shutdown = createShutdown({ log: telemetry.log, timeoutMs: 2 * config.drainDelayMs + shutdownTimeoutMs });
  for (const { name, close } of opened.splice(0).reverse()) shutdown.add(name, close);
  return (await shutdown.run()).unfinished;
}

function joined(parts: Readonly<Record<string, Readiness>>, problems: readonly FolderProblem[]): Readiness {
  const details = Object.entries(parts).map(([name, part]) => [name, part.details] as const);
  // A broken edit is no reason to leave: the last good policies are served.
  return { ready: Object.values(parts).every(({ ready }) => ready), details: { ...Object.fromEntries(details), policyProblems: problems } };
}

function inForce(service: DecisionService): RevisionInForce {
  return { revision: service.current()?.revision ?? 0, policies: service.policies() };
}

function authority(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
