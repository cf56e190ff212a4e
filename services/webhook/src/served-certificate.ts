import type { Http2SecureServer } from "node:http2";
import type { TlsFiles } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import type { Connections } from "./connections.ts";
import { secureContextOptions } from "./tls-options.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";

/** The certificate a server shows, and the authorities it checks callers by. */
export interface ServedCertificate {
  /** Takes effect for connections opened from now on; those that are open are kept. */
  reload(tls: TlsFiles): void;
  /** What is served stays. */
  reportProblem(problem: Error): void;
  /** For readiness. */
  details(): Readonly<Record<string, unknown>>;
}

export interface ServedCertificateOptions {
  readonly server: Http2SecureServer;
  readonly tls: TlsFiles;
  readonly connections: Connections;
  readonly metrics: WebhookMetrics;
  readonly telemetry: Telemetry;
}

/** Starts with what the server was made with. */
export function createServedCertificate({ server, tls, connections, metrics, telemetry }: ServedCertificateOptions): ServedCertificate {
  let served = tls;
  let problem: string | undefined;
  metrics.tlsExpiry.set(tls.notAfter.getTime() / 1_000);

  function reportProblem(error: Error): void {
    problem = error.message;
    metrics.tlsReloads.failed.inc();
    telemetry.log.error({ err: error }, "the new certificate cannot be used; the one served so far stays");
  }

  return {
    reload(next) {
      try {
        server.setSecureContext(secureContextOptions(next));
      } catch (error) {
        return reportProblem(error instanceof Error ? error : new Error(String(error)));
      }
      // Open connections were checked against the old authorities: they may finish, and then have to prove themselves anew.
      if (!isSame(served.ca, next.ca)) connections.retireAll();
      served = next;
      problem = undefined;
      metrics.tlsExpiry.set(next.notAfter.getTime() / 1_000);
      metrics.tlsReloads.ok.inc();
      telemetry.log.info({ notAfter: next.notAfter.toISOString() }, "new certificate in use");
    },
    reportProblem,
    details: () => ({ notAfter: served.notAfter.toISOString(), ...(problem === undefined ? {} : { problem }) }),
  };
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
