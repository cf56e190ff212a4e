import type { Socket } from "node:net";

/** Why a connection ended before it was proven: it broke off or its handshake failed, took too long, or made room for others. */
export type UnprovenEnd = "handshake" | "slow" | "crowded";

/** Where a connection comes from. */
export type ConnectionOrigin = Pick<Socket, "remoteAddress" | "remotePort">;

/** Connections whose other side has not shown yet that it may ask. */
export interface UnprovenConnections {
  /** Takes one that was accepted just now. */
  add(socket: Socket): void;
  /** Its handshake is over, so its end is no failed handshake; it still has to prove itself. */
  introduce(from: ConnectionOrigin): void;
  /** It may stay as long as it likes. */
  prove(from: ConnectionOrigin): void;
}

export interface UnprovenConnectionsOptions {
  /** Default 1,024. Beyond it the oldest is cut: whoever may ask needs milliseconds to prove it. */
  readonly maxCount?: number;
  /** Default 10,000: time for a handshake over a slow line and one refusal. */
  readonly maxAgeMs?: number;
  readonly onEnd: (reason: UnprovenEnd) => void;
}

interface Unproven {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  isShakingHands: boolean;
}

/** Keeps those who may not ask from taking every connection of a server from those who may. */
export function boundUnproven({ maxCount = 1_024, maxAgeMs = 10_000, onEnd }: UnprovenConnectionsOptions): UnprovenConnections {
  /** By origin, since neither TLS nor gRPC tells the socket below it. Oldest first. */
  const connections = new Map<string, Unproven>();

  function forget(key: string, connection: Unproven): void {
    clearTimeout(connection.timer);
    if (connections.get(key) === connection) connections.delete(key);
  }
  function cut(key: string, connection: Unproven, reason: UnprovenEnd): void {
    forget(key, connection);
    onEnd(reason);
    connection.socket.destroy();
  }

  return {
    add(socket) {
      const key = keyOf(socket);
      const timer = setTimeout(() => cut(key, connection, "slow"), maxAgeMs).unref();
      const connection: Unproven = { socket, timer, isShakingHands: true };
      connections.set(key, connection);
      socket.once("close", () => {
        if (connections.get(key) === connection && connection.isShakingHands) onEnd("handshake");
        forget(key, connection);
      });
      const [oldest] = connections;
      if (connections.size > maxCount && oldest !== undefined) cut(...oldest, "crowded");
    },
    introduce(from) {
      const connection = connections.get(keyOf(from));
      if (connection !== undefined) connection.isShakingHands = false;
    },
    prove(from) {
      const key = keyOf(from);
      const connection = connections.get(key);
      if (connection !== undefined) forget(key, connection);
    },
  };
}

function keyOf({ remoteAddress = "", remotePort = 0 }: ConnectionOrigin): string {
  return `${remoteAddress} ${remotePort}`;
}
