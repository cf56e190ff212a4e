import { setTimeout as pause } from "node:timers/promises";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { type NatsIdentity, toConnectionIdentity } from "./nats-identity.ts";

/** PEM texts. A client certificate needs both `cert` and `key`. */
export interface NatsTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Where the servers are, and as whom to connect. */
export interface NatsServers extends NatsIdentity {
  /** `nats://host:port` or `tls://host:port`; at least one. */
  readonly servers: readonly string[];
  /** How the connection calls itself in the servers' lists. */
  readonly name: string;
  readonly tls?: NatsTls;
}

export interface ConnectionListener {
  /** A new connection, before `onOpen`. */
  readonly onNew: (connection: NatsConnection) => void;
  /** Called for each new connection. */
  readonly onOpen: (connection: NatsConnection) => void;
  readonly onLost: () => void;
  readonly onProblem: (problem: unknown) => void;
}

const reconnectMs = 500;

/** Connects, and again whenever the connection is lost, until the signal is aborted; resolves when the last one is closed. */
export async function keepConnected(servers: NatsServers, listener: ConnectionListener, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await followConnection(await connect(toConnectionOptions(servers)), listener, signal);
    } catch (problem) {
      listener.onProblem(problem);
    }
    listener.onLost();
    await pause(reconnectMs, undefined, { signal }).catch(() => undefined);
  }
}

async function followConnection(connection: NatsConnection, listener: ConnectionListener, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return connection.close();
  const stop = () => void connection.close();
  signal.addEventListener("abort", stop);
  listener.onNew(connection);
  listener.onOpen(connection);
  for await (const status of connection.status()) {
    if (status.type === "disconnect") listener.onLost();
    if (status.type === "error") listener.onProblem(status.error);
  }
  signal.removeEventListener("abort", stop);
  const problem = await connection.closed();
  if (problem instanceof Error) listener.onProblem(problem);
}

function toConnectionOptions({ servers, name, tls, ...identity }: NatsServers): NodeConnectionOptions {
  return {
    servers: [...servers],
    name,
    timeout: 2_000,
    // With the defaults a server that hangs stays unnoticed for four minutes.
    pingInterval: 2_000,
    maxPingOut: 2,
    // Whoever connects again is the loop above: the client waits by the time of day, for a day where that was set back by one,
    // and gives up where credentials that are being rotated were refused twice.
    reconnect: false,
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    ...toConnectionIdentity(identity),
  };
}
