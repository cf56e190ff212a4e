import { constants } from "node:crypto";
import type { SecureServerOptions } from "node:http2";
import type { TlsFiles } from "@portcullis/pki";
import type { WebhookLimits } from "./webhook-limits.ts";

/** What `setSecureContext` takes, so that a reload changes certificates and nothing else. */
export function secureContextOptions({ cert, key, ca }: TlsFiles) {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: "TLSv1.2",
    // No resumption: a resumed session is not checked against the client CA as it is now, and Node calls a resumed
    // TLS 1.3 session without a certificate authorized (nodejs/node#35317). API servers keep their connections anyway.
    secureOptions: constants.SSL_OP_NO_TICKET,
  } as const;
}

/** Longer than kube-apiserver keeps an idle connection (90 s), so that it is never the webhook that closes one in use. */
export const keepAliveTimeoutMs = 100_000;
const idleSessionMs = 120_000;
/** What may be on its way in one HTTP/2 connection. The standard's 64 KiB would let one large body hold up all small ones. */
export const sessionWindowBytes = 8 * 1024 * 1024;
const maxHeaderBytes = 16 * 1024;

/**
 * HTTP/2 and HTTP/1.1 on one port. Certificates are asked for and not enforced by TLS: who is refused gets a sentence,
 * is counted, and nothing of what he sends is read.
 */
export function secureServerOptions(
  tls: TlsFiles,
  { bodyTimeoutMs, maxStrangerAgeMs }: Pick<WebhookLimits, "bodyTimeoutMs" | "maxStrangerAgeMs">,
): SecureServerOptions & { allowHTTP1: true } {
  const http1 = {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: 10_000,
    // The body has its own, shorter limit; this one is for what never gets that far.
    requestTimeout: bodyTimeoutMs + 15_000,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 5_000,
  };
  return {
    ...secureContextOptions(tls),
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    // Later than a stranger is cut, who is counted then.
    handshakeTimeout: maxStrangerAgeMs + 1_000,
    maxHeaderListPairs: 64,
    // In MB. Node's 10 refuse streams as soon as two large bodies arrive together on one connection.
    maxSessionMemory: 64,
    settings: { maxConcurrentStreams: 250, maxHeaderListSize: maxHeaderBytes, initialWindowSize: 1024 * 1024 },
    ...http1,
  };
}

export const sessionIdleTimeoutMs = idleSessionMs;
