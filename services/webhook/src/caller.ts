import type { PeerCertificate } from "node:tls";
import { peerNames } from "@portcullis/pki";

/** Codes of everybody who is not answered; explained in `docs/errors.md`. */
export const callerRefusalCodes = [
  "caller-without-certificate",
  "caller-untrusted",
  "caller-expired",
  "caller-unknown",
  "caller-of-other-cluster",
  "caller-of-several-clusters",
  "caller-wrong-path",
] as const;
export type CallerRefusalCode = (typeof callerRefusalCodes)[number];

/** A name that a client certificate carries, and the cluster whose API server holds it. */
export interface CallerRule {
  /** `CN=kube-apiserver`, `DNS:api.prod-1.example`, `URI:spiffe://…`. Compared whole. */
  readonly name: string;
  readonly cluster: string;
}

/** Who may ask, and for which cluster. A body never has a say in it. */
export interface CallerRules {
  readonly callers: readonly CallerRule[];
  /** Clusters whose callers need no certificate, on paths that name the cluster. */
  readonly unauthenticatedClusters: readonly string[];
}

/** What one connection proved when it was opened. */
export interface Caller {
  /** Set when the certificate, or its lack, proves nothing. */
  readonly refusal: CallerRefusal | undefined;
  readonly clusters: readonly string[];
  /** The certificate's validity, in milliseconds of Unix time. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface CallerRefusal {
  readonly code: CallerRefusalCode;
  /** A lower-case clause, safe to send. */
  readonly message: string;
}

/** The part of a TLS connection that says who is at its other end. */
export interface PeerSocket {
  readonly authorized: boolean;
  readonly authorizationError: unknown;
  getPeerCertificate(): PeerCertificate;
}

/**
 * Reads who is at the other end of a TLS connection. A caller without a certificate is never trusted, even where Node
 * calls the connection authorized: it does so for a resumed TLS 1.3 session that never had a certificate.
 */
export function identifyCaller(socket: PeerSocket, { callers }: CallerRules): Caller {
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate).length === 0) return nobody;
  if (!socket.authorized) return refusedByTls(String(socket.authorizationError));
  const names = peerNames(certificate);
  const clusters = [...new Set(callers.filter(({ name }) => names.includes(name)).map(({ cluster }) => cluster))];
  if (clusters.length === 0) {
    return refused("caller-unknown", `no cluster is configured for a client certificate with ${quoteNames(names)}: add it to 'callers'`);
  }
  return {
    refusal: undefined,
    clusters,
    notBeforeMs: Date.parse(certificate.valid_from),
    notAfterMs: Date.parse(certificate.valid_to),
  };
}

/** Whether a caller could ever be answered, whatever it asks for. */
export function mayAsk({ refusal }: Caller, { unauthenticatedClusters }: CallerRules): boolean {
  return refusal === undefined || (refusal.code === "caller-without-certificate" && unauthenticatedClusters.length > 0);
}

/** The cluster a request is about, or why it is refused. `pathCluster` is the one its URL names, if it does. */
export function authorizeCaller(caller: Caller, pathCluster: string | undefined, scope: AuthorizationScope): string | CallerRefusal {
  const { refusal, clusters } = caller;
  if (refusal !== undefined) {
    const isOpen = pathCluster !== undefined && scope.rules.unauthenticatedClusters.includes(pathCluster);
    return isOpen && refusal.code === "caller-without-certificate" ? pathCluster : refusal;
  }
  // Written so that a validity that cannot be read (NaN) refuses.
  if (!(scope.nowMs >= caller.notBeforeMs && scope.nowMs <= caller.notAfterMs)) return expired;
  if (pathCluster === undefined) {
    const [only] = clusters;
    return only !== undefined && clusters.length === 1 ? only : severalClusters;
  }
  return clusters.includes(pathCluster) ? pathCluster : otherCluster;
}

export interface AuthorizationScope {
  readonly rules: CallerRules;
  /** Wall clock: certificates know no other. */
  readonly nowMs: number;
}

/** Who shows no certificate. */
export const nobody: Caller = refused(
  "caller-without-certificate",
  "a client certificate is required: give the API server one in its kubeconfig",
);

const expired: CallerRefusal = { code: "caller-expired", message: "the client certificate is not valid at this time: renew it" };
const otherCluster: CallerRefusal = {
  code: "caller-of-other-cluster",
  message: "the client certificate belongs to another cluster than the URL names: correct the URL or 'callers'",
};
const severalClusters: CallerRefusal = {
  code: "caller-of-several-clusters",
  message: "the client certificate is configured for several clusters: use a URL below /clusters/<cluster>/",
};

function refusedByTls(code: string): Caller {
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return refused(expired.code, expired.message);
  return refused(
    "caller-untrusted",
    `the client certificate is not trusted (${code}): it must be for client use and come from 'clientCaFile'`,
  );
}

function refused(code: CallerRefusalCode, message: string): Caller {
  return { refusal: { code, message }, clusters: [], notBeforeMs: 0, notAfterMs: 0 };
}

function quoteNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name.slice(0, 200)}'`);
  return shown.length === 0 ? "no name" : shown.join(", ");
}
