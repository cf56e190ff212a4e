import type { Http2SecureServer } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { boundUnproven } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { createFirstSightings } from "./first-sightings.ts";
import type { WebhookLimits } from "./webhook-limits.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

export interface StrangersOptions {
  readonly limits: Pick<WebhookLimits, "maxStrangers" | "maxStrangerAgeMs">;
  readonly telemetry: Telemetry;
  readonly metrics: WebhookMetrics;
  /** Whether a connection whose handshake is over may ask for anything. */
  readonly mayAsk: (socket: TLSSocket) => boolean;
}

const forgetSourceAfterMs = 3_600_000;

/** Gives those who may not ask time for one refusal, and says why connections did not come so far. */
export function boundStrangers(server: Http2SecureServer, { limits, telemetry, metrics, mayAsk }: StrangersOptions): void {
  const strangers = boundUnproven({
    maxCount: limits.maxStrangers,
    maxAgeMs: limits.maxStrangerAgeMs,
    onEnd: (reason) => metrics.strangers[reason].inc(),
  });
  const sources = createFirstSightings({ maxKeys: 1_024, forgetAfterMs: forgetSourceAfterMs });

  server.on("connection", (socket: Socket) => strangers.add(socket));
  server.on("secureConnection", (socket: TLSSocket) => {
    if (mayAsk(socket)) strangers.prove(socket);
    else strangers.introduce(socket);
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
