import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from "@grpc/grpc-js";
import { peerNames } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { LRUCache } from "lru-cache";
import { Counter } from "prom-client";

// Sources of refused calls that were logged already; beyond it one may be logged twice.
const maxLoggedSources = 1_000;

/**
 * Lets calls through whose verified client certificate carries one of `allowed` (`CN=…`, `DNS:…`, `URI:…`, `IP:…`). Others
 * get PERMISSION_DENIED before a message is read; counted, and logged once per source.
 */
export function allowClients(allowed: readonly string[], { log, metrics }: Telemetry): ServerInterceptor {
  const names = new Set(allowed);
  const logged = new LRUCache<string, true>({ max: maxLoggedSources });
  const refused = new Counter({
    name: "portcullis_decision_refused_calls_total",
    help: "Calls by clients whose certificate carries no allowed name.",
    registers: [metrics],
  });

  return (_method, call) => {
    const certificate = call.getAuthContext().sslPeerCertificate;
    const carried = certificate === undefined ? [] : peerNames(certificate);
    if (carried.some((name) => names.has(name))) return new ServerInterceptingCall(call);
    refused.inc();
    const source = `${withoutPort(call.getPeer())} ${carried.join(" ")}`;
    if (!logged.has(source)) log.warn({ peer: call.getPeer(), names: carried.slice(0, 10) }, "call refused: client name not allowed");
    logged.set(source, true);
    // The listener is never handed on, so the handler does not hear of the call.
    const listener = new ServerListenerBuilder().withOnReceiveMetadata(() => {
      call.sendStatus({ code: status.PERMISSION_DENIED, details: "this client certificate carries no name that may ask for decisions" });
    });
    return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) });
  };
}

function withoutPort(peer: string): string {
  return peer.slice(0, Math.max(0, peer.lastIndexOf(":")));
}
