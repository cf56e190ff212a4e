import type { Http2SecureServer } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Telemetry } from "@portcullis/telemetry";
import { createFirstSightings } from "./first-sightings.ts";
import type { WebhookLimits } from "./webhook-limits.ts";
import type { StrangerEnd, WebhookMetrics } from "./webhook-metrics.ts";

export interface StrangersOptions {
  readonly limits: Pick<WebhookLimits, "maxStrangers" | "maxStrangerAgeMs">;
  readonly telemetry: Telemetry;
  readonly metrics: WebhookMetrics;
  /** Whether a connection whose handshake is over may ask for anything. */
  readonly mayAsk: (socket: TLSSocket) => boolean;
}

/** A connection that has proved nothing yet. */
interface Stranger {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  isShakingHands: boolean;
}

const forgetSourceAfterMs = 3_600_000;

/**
 * Keeps those who may not ask from taking every connection of a server from those who may: a stranger has time for one
 * refusal, and where there are too many of them, the one that has been here longest goes.
 */
export function boundStrangers(server: Http2SecureServer, { limits, telemetry, metrics, mayAsk }: StrangersOptions): void {
  /** By both ends of the connection, since a TLS socket does not tell the TCP socket below it. Oldest first. */
  const strangers = new Map<string, Stranger>();
  const sources = createFirstSightings({ maxKeys: 1_024, forgetAfterMs: forgetSourceAfterMs });

  function end(key: string, reason: StrangerEnd): void {
    const stranger = strangers.get(key);
    if (stranger === undefined) return;
    forget(key);
    metrics.strangers[reason].inc();
    stranger.socket.destroy();
  }
  function forget(key: string): void {
    clearTimeout(strangers.get(key)?.timer);
    strangers.delete(key);
  }

  server.on("connection", (socket: Socket) => {
    const key = endsOf(socket);
    const timer = setTimeout(() => end(key, "slow"), limits.maxStrangerAgeMs).unref();
    const stranger = { socket, timer, isShakingHands: true };
    strangers.set(key, stranger);
    socket.once("close", () => {
      if (strangers.get(key) !== stranger) return;
      if (stranger.isShakingHands) metrics.strangers.handshake.inc();
      forget(key);
    });
    const [oldest] = strangers.keys();
    if (strangers.size > limits.maxStrangers && oldest !== undefined) end(oldest, "crowded");
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    const key = endsOf(socket);
    const stranger = strangers.get(key);
    if (stranger !== undefined) stranger.isShakingHands = false;
    if (mayAsk(socket)) forget(key);
  });
  server.on("drop", () => metrics.strangers.full.inc());
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const { code = "", message } = error;
    const source = socket.remoteAddress ?? "";
    // Whoever just hangs up is a probe more often than not. An API server that does not trust our certificate says so.
    if (code === "ECONNRESET" || !sources.isFirst(`${code} ${source}`, performance.now())) return;
    telemetry.log.warn({ code, source }, `TLS handshake failed: ${message}`);
  });
}

function endsOf({ remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
