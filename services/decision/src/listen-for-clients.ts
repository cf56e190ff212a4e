import { createServer } from "node:net";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import { boundUnproven, type UnprovenConnections } from "@portcullis/pki";
import { type Telemetry, toStartError } from "@portcullis/telemetry";
import { Counter } from "prom-client";

export interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly strangers: UnprovenConnections;
}

/** A port whose connections are handed to a gRPC server. */
export interface ClientPort {
  readonly port: number;
  /** Takes no more; those that stand are left to the gRPC server. */
  stop(): void;
}

/** gRPC would give a stranger two minutes for his handshake, and as many connections as the process may have. */
const maxConnections = 4_096;

/** Cuts connections on which no allowed client called, at `maxAgeMs` or where there are too many; counts them. Once per registry. */
export function boundStrangers({ metrics }: Telemetry, maxAgeMs = 10_000): UnprovenConnections {
  const refused = new Counter({
    name: "portcullis_decision_connections_refused_total",
    help: "Connections that ended before an allowed client called.",
    labelNames: ["reason"],
    registers: [metrics],
  });
  return boundUnproven({ maxAgeMs, onEnd: (reason) => refused.inc({ reason }) });
}

/** Listens in place of the gRPC server, which cannot bound its connections. Rejects with `StartError`. */
export function listenForClients(server: Server, { host, port, credentials, strangers }: ListeningOptions): Promise<ClientPort> {
  const injector = server.createConnectionInjector(credentials);
  const listener = createServer({ noDelay: true }, (socket) => {
    // Until TLS takes the socket over, and when it is cut meanwhile.
    socket.on("error", () => undefined);
    strangers.add(socket);
    injector.injectConnection(socket);
  });
  listener.maxConnections = maxConnections;
  const { promise, resolve, reject } = Promise.withResolvers<ClientPort>();
  listener.once("error", (error) => reject(toStartError(error, { what: "decision service", host, port, setting: "decision.port" })));
  listener.listen(port, host, () => {
    const address = listener.address();
    resolve({
      port: typeof address === "object" && address !== null ? address.port : port,
      stop: () => void listener.close(),
    });
  });
  return promise;
}
