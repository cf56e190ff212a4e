import { loadTlsFiles, type TlsFileNames, type TlsFiles, watchTlsFiles } from "@portcullis/pki";
import { createAdminServer, type Readiness, type Shutdown, type Telemetry } from "@portcullis/telemetry";
import type { MutualTls } from "@portcullis/wire";
import type { DecisionConfig } from "./config.ts";
import { createDecisionServer, type DecisionServer } from "./create-decision-server.ts";
import { type ServedPolicies, servePolicyBus, servePolicyFiles } from "./policy-source.ts";

/**
 * Files or bus → decision service → gRPC, with the admin port beside it; what is opened is added to `shutdown`, in the order of
 * closing. Rejects with `PkiError`, `PolicyFolderError`, `SigningError`, `BusStartError` or `StartError`, each of which says what to do.
 */
export async function startDecision(config: DecisionConfig, telemetry: Telemetry, shutdown: Shutdown): Promise<{ readonly port: number }> {
  const files = tlsFileNames(config);
  const tls = await loadTlsFiles(files);
  const isOnBus = config.bus.servers.length > 0;
  const policies = await (isOnBus ? servePolicyBus(config, telemetry) : servePolicyFiles(config, telemetry));
  const { tls: _files, ...listening } = config.decision;
  const server = await createDecisionServer({ ...listening, service: policies.service, telemetry, tls: toMutualTls(tls) }).catch(
    async (error: unknown) => {
      await policies.close();
      throw error;
    },
  );
  shutdown.add("decision server", server.drain);
  const watcher = watchTlsFiles(files, {
    current: tls,
    onReload: (next) => server.reloadTls(toMutualTls(next)),
    onProblem: (err) => telemetry.log.error({ err }, "the new certificate cannot be used; the one used so far stays"),
  });
  shutdown.add("certificate files", watcher.close);
  shutdown.add("policies", policies.close);
  const readiness = () => joined(server, policies);
  const admin = await createAdminServer({ ...config.admin, metrics: telemetry.metrics, readiness, log: telemetry.log });
  shutdown.add("admin", admin.close);
  const { port } = server;
  const source = isOnBus ? { bus: config.bus.servers, cluster: config.cluster.name } : { policies: config.policies };
  telemetry.log.info({ port, admin: admin.url, ...source }, "serving");
  return { port };
}

function joined(server: DecisionServer, { service, details }: ServedPolicies): Readiness {
  const { ready, details: served } = service.readiness();
  return { ready: ready && server.isServing(), details: { ...served, draining: !server.isServing(), ...details() } };
}

function tlsFileNames({ decision: { tls } }: DecisionConfig): TlsFileNames {
  return { certFile: tls.certFile, keyFile: tls.keyFile, caFile: tls.clientCaFile };
}

/** `loadTlsFiles` reads a CA wherever a file for it is named, and here one always is. */
function toMutualTls({ cert, key, ca = Buffer.alloc(0) }: TlsFiles): MutualTls {
  return { cert, key, ca };
}
