import { setTimeout as sleep } from "node:timers/promises";
import { experimental, logVerbosity, Server, type ServerOptions, setLogVerbosity, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { UnprovenConnections } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { createCertificateSource, decisionServiceDefinition, HealthService, type MutualTls, maxMessageBytes } from "@portcullis/wire";
import { allowClients } from "./allowed-clients.ts";
import { createAnswerQuestion } from "./answer-question.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { DecisionService } from "./create-decision-service.ts";
import { boundStrangers, listenForClients } from "./listen-for-clients.ts";
import { type DecideStreamCall, type ServedStream, serveDecideStream } from "./serve-decide-stream.ts";
import { createHealth, type Health, type HealthWatchCall } from "./serve-health.ts";
import { serveDecide, serveExplain } from "./serve-unary.ts";
import { serveWatchRevision, type WatchRevisionCall } from "./serve-watch-revision.ts";
import { createServedStreams } from "./served-streams.ts";

export interface DecisionServerOptions {
  readonly service: DecisionService;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: MutualTls;
  /** Names of client certificates that may ask: `CN=…`, `DNS:…`, `URI:…`, `IP:…`. */
  readonly allowedClients: readonly string[];
  readonly telemetry: Telemetry;
  /** After about this long a connection and its streams move to a new one; default 30 minutes. */
  readonly maxConnectionAgeMs?: number;
  /** How long after `drain` began new calls are still taken, in milliseconds; default 2,000: address lists lag behind. */
  readonly drainDelayMs?: number;
  /** How long streams and calls may take to end once `drainDelayMs` is over, before they are cut; default 5,000. */
  readonly drainTimeoutMs?: number;
  /** Most questions answered at once; default 10,000. */
  readonly maxConcurrent?: number;
  /** A connection on which no client with an allowed name has called is cut at this age; default 10,000. */
  readonly maxStrangerAgeMs?: number;
  readonly clock?: Clock;
}

/** A decision service that listens. */
export interface DecisionServer {
  readonly port: number;
  /** False once `drain` or `close` was called. */
  isServing(): boolean;
  /** For connections from now on; those that stand stay. */
  reloadTls(tls: MutualTls): void;
  /** Sends clients elsewhere, answers what they sent, and resolves when the last call has ended or was cut. */
  drain(): Promise<void>;
  /** Cuts every call. */
  close(): void;
}

/** Listens over TLS with client certificates. Rejects with `StartError` when it cannot. */
export async function createDecisionServer(options: DecisionServerOptions): Promise<DecisionServer> {
  const { service, maxConnectionAgeMs = 30 * 60_000, drainDelayMs = 2_000, drainTimeoutMs = 5_000 } = options;
  // A stream is told last: by then the connection takes no new one, so the client's next stream gets a new connection.
  const streams = createServedStreams(maxConnectionAgeMs * 1.15);
  let isDraining = false;
  const health = createHealth({
    decision: () => !isDraining && service.readiness().ready,
    sync: service.isFresh,
  });
  const strangers = boundStrangers(options.telemetry, options.maxStrangerAgeMs);
  const server = new Server(serverOptions(options, { maxConnectionAgeMs, strangers }));
  server.addService(decisionServiceDefinition, decisionHandlers(options, streams.add));
  server.addService(HealthService, { check: health.check, watch: (call: HealthWatchCall) => streams.add(health.watch(call)) });
  const certificates = createCertificateSource(options.tls);
  const { provider } = certificates;
  // gRPC would write to standard error on its own what is answered or counted here.
  setLogVerbosity(logVerbosity.NONE);
  const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, true);
  const listening = await listenForClients(server, { ...options, credentials, strangers });
  const stopUpdates = keepUpToDate(health, service);

  async function drain(): Promise<void> {
    isDraining = true;
    health.update();
    streams.drain();
    await sleep(drainDelayMs);
    await streams.settle(drainTimeoutMs);
    listening.stop();
    await shutDown(server, drainTimeoutMs);
    stopUpdates();
  }

  return {
    port: listening.port,
    isServing: () => !isDraining,
    reloadTls: certificates.replace,
    drain,
    close() {
      isDraining = true;
      stopUpdates();
      listening.stop();
      server.forceShutdown();
    },
  };
}

function serverOptions(
  { allowedClients, telemetry }: DecisionServerOptions,
  { maxConnectionAgeMs, strangers }: { readonly maxConnectionAgeMs: number; readonly strangers: UnprovenConnections },
): ServerOptions {
  return {
    interceptors: [allowClients(allowedClients, telemetry, strangers.prove)],
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc.max_connection_age_ms": maxConnectionAgeMs,
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 3_000,
    "grpc.max_concurrent_streams": 1_000,
    // A batch of large workloads would otherwise wait for the client's acknowledgements every 64 KiB.
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
  };
}

function decisionHandlers(options: DecisionServerOptions, onStream: (stream: ServedStream) => void): UntypedServiceImplementation {
  const { service, telemetry, maxConcurrent = 10_000, clock = systemClock } = options;
  const answer = createAnswerQuestion({ decide: service.decide, clock, log: telemetry.log, maxConcurrent });
  return {
    decide: serveDecide(answer),
    decideStream: (call: DecideStreamCall) => onStream(serveDecideStream(call, answer)),
    watchRevision: (call: WatchRevisionCall) => onStream(serveWatchRevision(call, service)),
    explain: serveExplain(service, clock),
  };
}

/** Time alone makes policy stale, and nobody tells. */
function keepUpToDate(health: Health, service: DecisionService): () => void {
  const stop = service.onRevision(() => health.update());
  const timer = setInterval(() => health.update(), 1_000).unref();
  return () => {
    stop();
    clearInterval(timer);
  };
}

function shutDown(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A client that holds a call open would keep a graceful shutdown waiting for ever.
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
