import { loadTlsFiles, type TlsFileNames, type TlsFiles, watchTlsFiles } from "@portcullis/pki";
import { memoryPolicyBus, type PolicyFolder, watchPolicyFolder } from "@portcullis/policy-bus";
import { createAdminServer, type Readiness, type Shutdown, type Telemetry } from "@portcullis/telemetry";
import type { MutualTls } from "@portcullis/wire";
import type { DecisionConfig } from "./config.ts";
import { createDecisionServer, type DecisionServer } from "./create-decision-server.ts";
import { createDecisionService, type DecisionService } from "./create-decision-service.ts";
import { registerFolderProblems } from "./folder-problems-metric.ts";

/**
 * Folder → bus → decision service → gRPC, with the admin port beside it; what is opened is added to `shutdown`, in the order of
 * closing. Rejects with `PkiError`, `PolicyFolderError` or `StartError`, each of which says what to do.
 */
export async function startDecision(config: DecisionConfig, telemetry: Telemetry, shutdown: Shutdown): Promise<{ readonly port: number }> {
  const files = tlsFileNames(config);
  const tls = await loadTlsFiles(files);
  const bus = memoryPolicyBus();
  const service = createDecisionService({ bus, telemetry, cache: config.cache, maxLogLinesPerSecond: config.maxLogLinesPerSecond });
  const folder = await followFolder(config, telemetry, bus);
  await service.ready();
  const { tls: _files, ...listening } = config.decision;
  const server = await createDecisionServer({ ...listening, service, telemetry, tls: toMutualTls(tls) });
  shutdown.add("decision server", server.drain);
  const watcher = watchTlsFiles(files, {
    current: tls,
    onReload: (next) => server.reloadTls(toMutualTls(next)),
    onProblem: (err) => telemetry.log.error({ err }, "the new certificate cannot be used; the one used so far stays"),
  });
  shutdown.add("certificate files", watcher.close);
  shutdown.add("policy folder", folder.close);
  shutdown.add("decision service", service.close);
  const readiness = () => joined(server, service, folder);
  const admin = await createAdminServer({ ...config.admin, metrics: telemetry.metrics, readiness, log: telemetry.log });
  shutdown.add("admin", admin.close);
  const { port } = server;
  telemetry.log.info({ port, admin: admin.url, policies: config.policies }, "serving");
  return { port };
}

async function followFolder({ policies }: DecisionConfig, { log, metrics }: Telemetry, bus: ReturnType<typeof memoryPolicyBus>) {
  const folder = await watchPolicyFolder({
    paths: policies,
    bus,
    onProblem(problems) {
      if (problems.length === 0) log.info("the policy files are served as they stand");
      else log.error({ problems }, "the policy files do not compile; the last good ones stay in force");
    },
    onPublished: (published) => log.info(published, "policy files published"),
    onError: (err) => log.error({ err }, "the policy files cannot be published"),
  });
  registerFolderProblems(metrics, folder.problems);
  return folder;
}

/** A broken edit is no reason to leave: the last good policies are served. */
function joined(server: DecisionServer, service: DecisionService, folder: PolicyFolder): Readiness {
  const { ready, details } = service.readiness();
  return { ready: ready && server.isServing(), details: { ...details, draining: !server.isServing(), policyProblems: folder.problems() } };
}

function tlsFileNames({ decision: { tls } }: DecisionConfig): TlsFileNames {
  return { certFile: tls.certFile, keyFile: tls.keyFile, caFile: tls.clientCaFile };
}

/** `loadTlsFiles` reads a CA wherever a file for it is named, and here one always is. */
function toMutualTls({ cert, key, ca = Buffer.alloc(0) }: TlsFiles): MutualTls {
  return { cert, key, ca };
}
