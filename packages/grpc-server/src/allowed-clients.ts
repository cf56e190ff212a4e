import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from "@grpc/grpc-js";
import { type ConnectionOrigin, peerNames } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { LRUCache } from "lru-cache";

// Sources of refused calls that were logged already; beyond it one may be logged twice.
const maxLoggedSources = 1_000;

export interface ClientGate {
  /** `CN=…`, `DNS:…`, `URI:…`, `IP:…`. */
  readonly allowed: readonly string[];
  /** What a name may do that is allowed: `ask for decisions`. */
  readonly purpose: string;
  readonly log: Telemetry["log"];
  readonly onAllowed: (from: ConnectionOrigin) => void;
  readonly onRefused: () => void;
}

/**
 * Lets calls through whose verified client certificate carries one of the allowed names. Others get PERMISSION_DENIED before a
 * message is read; logged once per source.
 */
export function allowClients({ allowed, purpose, log, onAllowed, onRefused }: ClientGate): ServerInterceptor {
  const names = new Set(allowed);
  const logged = new LRUCache<string, true>({ max: maxLoggedSources });

  return (_method, call) => {
    const certificate = call.getAuthContext().sslPeerCertificate;
    const carried = certificate === undefined ? [] : peerNames(certificate);
    const from = originOf(call.getPeer());
    if (carried.some((name) => names.has(name))) {
      onAllowed(from);
      return new ServerInterceptingCall(call);
    }
    onRefused();
    const source = `${from.remoteAddress} ${carried.join(" ")}`;
    if (!logged.has(source)) log.warn({ peer: call.getPeer(), names: carried.slice(0, 10) }, "call refused: client name not allowed");
    logged.set(source, true);
    // The listener is never handed on, so the handler does not hear of the call.
    const listener = new ServerListenerBuilder().withOnReceiveMetadata(() => {
      call.sendStatus({ code: status.PERMISSION_DENIED, details: `this client certificate carries no name that may ${purpose}` });
    });
    return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) });
  };
}

/** gRPC writes `address:port`, IPv6 too without brackets. */
function originOf(peer: string): { readonly remoteAddress: string; readonly remotePort: number } {
  const at = Math.max(0, peer.lastIndexOf(":"));
  return { remoteAddress: peer.slice(0, at), remotePort: Number(peer.slice(at + 1)) };
}
