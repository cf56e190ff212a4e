import { createServer } from "node:net";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import type { UnprovenConnections } from "@portcullis/pki";
import { toStartError } from "@portcullis/telemetry";

export interface ListeningOptions {
  /** `decision service`, for messages. */
  readonly what: string;
  readonly host: string;
  readonly port: number;
  /** Key of the setting with the port, for messages. */
  readonly setting: string;
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

/** Listens in place of the gRPC server, which cannot bound its connections. Rejects with `StartError`. */
export function listenForClients(
  server: Server,
  { what, host, port, setting, credentials, strangers }: ListeningOptions,
): Promise<ClientPort> {
  const injector = server.createConnectionInjector(credentials);
  const listener = createServer({ noDelay: true }, (socket) => {
    // Until TLS takes the socket over, and when it is cut meanwhile.
    socket.on("error", () => undefined);
    strangers.add(socket);
    injector.injectConnection(socket);
  });
  listener.maxConnections = maxConnections;
  const { promise, resolve, reject } = Promise.withResolvers<ClientPort>();
  listener.once("error", (error) => reject(toStartError(error, { what, host, port, setting })));
  listener.listen(port, host, () => {
    const address = listener.address();
    resolve({
      port: typeof address === "object" && address !== null ? address.port : port,
      stop: () => void listener.close(),
    });
  });
  return promise;
}
