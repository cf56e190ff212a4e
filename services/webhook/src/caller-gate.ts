import type { Http2Session } from "node:http2";
import { TLSSocket } from "node:tls";
import type { Telemetry } from "@portcullis/telemetry";
import { authorizeCaller, type Caller, type CallerRefusal, type CallerRules, identifyCaller, mayAsk, nobody } from "./caller.ts";
import { createFirstSightings } from "./first-sightings.ts";
import { isHttp2, type RawRequest } from "./received-body.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

/** Says for which cluster a request is, or why it is refused; counts refusals and logs each source once. */
export interface CallerGate {
  admit(raw: RawRequest, pathCluster: string | undefined): string | CallerRefusal;
  /** Whether requests over this connection could ever be admitted. */
  mayAsk(socket: TLSSocket): boolean;
}

export interface CallerGateOptions {
  readonly rules: CallerRules;
  readonly telemetry: Telemetry;
  readonly metrics: WebhookMetrics;
  /** Wall clock in milliseconds of Unix time. */
  readonly now: () => number;
}

const maxSources = 1_024;
const forgetSourceAfterMs = 3_600_000;

/** Certificates are looked at once per connection, their validity at every request. */
export function createCallerGate({ rules, telemetry, metrics, now }: CallerGateOptions): CallerGate {
  const callers = new WeakMap<object, Caller>();
  const sources = createFirstSightings({ maxKeys: maxSources, forgetAfterMs: forgetSourceAfterMs });

  function callerOf(raw: RawRequest): Caller {
    const connection = connectionOf(raw);
    const known = callers.get(connection);
    if (known !== undefined) return known;
    const caller = raw.socket instanceof TLSSocket ? identifyCaller(raw.socket, rules) : nobody;
    callers.set(connection, caller);
    return caller;
  }

  function report(raw: RawRequest, { code, message }: CallerRefusal, nowMs: number): void {
    metrics.refused[code].inc();
    const source = raw.socket.remoteAddress ?? "";
    if (sources.isFirst(`${code} ${source}`, nowMs)) telemetry.log.warn({ code, source, path: raw.url }, `caller refused: ${message}`);
  }

  return {
    admit(raw, pathCluster) {
      const nowMs = now();
      const verdict = authorizeCaller(callerOf(raw), pathCluster, { rules, nowMs });
      if (typeof verdict !== "string") report(raw, verdict, nowMs);
      return verdict;
    },
    mayAsk: (socket) => mayAsk(identifyCaller(socket, rules), rules),
  };
}

/** What lives as long as the TLS connection: its HTTP/2 session, or the socket itself. */
export function connectionOf(raw: RawRequest): object {
  return sessionOf(raw) ?? raw.socket;
}

/** The HTTP/2 session a request came over; undefined for HTTP/1.1. */
export function sessionOf(raw: RawRequest): Http2Session | undefined {
  return isHttp2(raw) ? raw.stream.session : undefined;
}
