import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { createGrpcServer, type GrpcServer, type ServedStream } from "@portcullis/grpc-server";
import type { Telemetry } from "@portcullis/telemetry";
import { decisionServiceDefinition, type MutualTls, maxMessageBytes } from "@portcullis/wire";
import { createAnswerQuestion } from "./answer-question.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { DecisionService } from "./create-decision-service.ts";
import { createRefusalCounts } from "./refusal-counts.ts";
import { type DecideStreamCall, serveDecideStream } from "./serve-decide-stream.ts";
import { serveDecide, serveExplain } from "./serve-unary.ts";
import { serveWatchRevision, type WatchRevisionCall } from "./serve-watch-revision.ts";

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
export type DecisionServer = Omit<GrpcServer, "updateHealth">;

/** Listens over TLS with client certificates. Rejects with `StartError` when it cannot. */
export async function createDecisionServer(options: DecisionServerOptions): Promise<DecisionServer> {
  const { service, telemetry } = options;
  const server = await createGrpcServer({
    ...options,
    what: "decision service",
    purpose: "ask for decisions",
    setting: "decision.port",
    log: telemetry.log,
    counted: createRefusalCounts(telemetry),
    health: { decision: () => service.readiness().ready, sync: service.isFresh },
    definition: decisionServiceDefinition,
    implement: (onStream) => decisionHandlers(options, onStream),
    maxMessageBytes,
  });
  const stopUpdates = keepUpToDate(server.updateHealth, service);
  return {
    port: server.port,
    isServing: server.isServing,
    reloadTls: server.reloadTls,
    async drain() {
      await server.drain();
      stopUpdates();
    },
    close() {
      stopUpdates();
      server.close();
    },
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
function keepUpToDate(update: () => void, service: DecisionService): () => void {
  const stop = service.onRevision(update);
  const timer = setInterval(update, 1_000).unref();
  return () => {
    stop();
    clearInterval(timer);
  };
}
