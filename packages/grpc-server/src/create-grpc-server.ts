import { setTimeout as sleep } from "node:timers/promises";
import {
  experimental,
  logVerbosity,
  Server,
  type ServerOptions,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { boundUnproven, type UnprovenEnd } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { createCertificateSource, HealthService, type MutualTls } from "@portcullis/wire";
import { allowClients } from "./allowed-clients.ts";
import { listenForClients } from "./listen-for-clients.ts";
import { createHealth, type HealthWatchCall } from "./serve-health.ts";
import { createServedStreams, type ServedStream } from "./served-streams.ts";

export interface GrpcServerOptions {
  /** `decision service`, for messages. */
  readonly what: string;
  /** What allowed clients may do: `ask for decisions`. */
  readonly purpose: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Key of the setting with the port, for messages. */
  readonly setting: string;
  readonly tls: MutualTls;
  /** Names of client certificates that may call: `CN=…`, `DNS:…`, `URI:…`, `IP:…`. */
  readonly allowedClients: readonly string[];
  readonly log: Telemetry["log"];
  readonly counted: RefusalCounts;
  /** `grpc.health.v1`: names of services and whether they can be called now. The first also stands for the server as a whole. */
  readonly health: Readonly<Record<string, () => boolean>>;
  /** Handlers are built with what takes streams that live until they are drained. */
  readonly definition: ServiceDefinition;
  readonly implement: (onStream: (stream: ServedStream) => void) => UntypedServiceImplementation;
  readonly maxMessageBytes: number;
  /** After about this long a connection and its streams move to a new one; default 30 minutes. */
  readonly maxConnectionAgeMs?: number | undefined;
  /** How long after `drain` began new calls are still taken, in milliseconds; default 2,000: address lists lag behind. */
  readonly drainDelayMs?: number | undefined;
  /** How long streams and calls may take to end once `drainDelayMs` is over, before they are cut; default 5,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** A connection on which no client with an allowed name has called is cut at this age; default 10,000. */
  readonly maxStrangerAgeMs?: number | undefined;
}

/** What is counted of those that are not let in. */
export interface RefusalCounts {
  /** A call by a client whose certificate carries no allowed name. */
  call(): void;
  /** A connection that ended before an allowed client called. */
  connection(reason: UnprovenEnd): void;
}

/** A gRPC server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** False once `drain` or `close` was called. */
  isServing(): boolean;
  /** Tells those that watch its health what changed. */
  updateHealth(): void;
  /** For connections from now on; those that stand stay. */
  reloadTls(tls: MutualTls): void;
  /** Sends clients elsewhere, answers what they sent, and resolves when the last call has ended or was cut. */
  drain(): Promise<void>;
  /** Cuts every call. */
  close(): void;
}

/** Listens over TLS with client certificates. Rejects with `StartError` when it cannot. */
export async function createGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { maxConnectionAgeMs = 30 * 60_000, drainDelayMs = 2_000, drainTimeoutMs = 5_000, maxStrangerAgeMs = 10_000 } = options;
  // A stream is told last: by then the connection takes no new one, so the client's next stream gets a new connection.
  const streams = createServedStreams(maxConnectionAgeMs * 1.15);
  let isDraining = false;
  const health = createHealth(healthOf(options.health, () => isDraining));
  const strangers = boundUnproven({ maxAgeMs: maxStrangerAgeMs, onEnd: options.counted.connection });
  const gate = { ...options, allowed: options.allowedClients, onAllowed: strangers.prove, onRefused: options.counted.call };
  const server = new Server({ interceptors: [allowClients(gate)], ...serverOptions(options.maxMessageBytes, maxConnectionAgeMs) });
  server.addService(options.definition, options.implement(streams.add));
  server.addService(HealthService, { check: health.check, watch: (call: HealthWatchCall) => streams.add(health.watch(call)) });
  const certificates = createCertificateSource(options.tls);
  const { provider } = certificates;
  // gRPC would write to standard error on its own what is answered or counted here.
  setLogVerbosity(logVerbosity.NONE);
  const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, true);
  const listening = await listenForClients(server, { ...options, credentials, strangers });

  return {
    port: listening.port,
    isServing: () => !isDraining,
    updateHealth: health.update,
    reloadTls: certificates.replace,
    async drain() {
      isDraining = true;
      health.update();
      streams.drain();
      await sleep(drainDelayMs);
      await streams.settle(drainTimeoutMs);
      listening.stop();
      await shutDown(server, drainTimeoutMs);
    },
    close() {
      isDraining = true;
      listening.stop();
      server.forceShutdown();
    },
  };
}

/** The first service is not to be called any more once the server is being drained; the others stay as they are. */
function healthOf(named: GrpcServerOptions["health"], isDraining: () => boolean): ReadonlyMap<string, () => boolean> {
  const [first, ...others] = Object.entries(named);
  if (first === undefined) return new Map([["", () => !isDraining()]]);
  const [name, isServing] = first;
  const whole = () => !isDraining() && isServing();
  return new Map([["", whole], [name, whole], ...others]);
}

function serverOptions(maxMessageBytes: number, maxConnectionAgeMs: number): ServerOptions {
  return {
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
