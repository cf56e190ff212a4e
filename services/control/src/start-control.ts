import { openRevisionLog, warnOfWeaknesses } from "@portcullis/bus-access";
import { loadTlsFiles, type TlsFileNames, type TlsFiles, watchTlsFiles } from "@portcullis/pki";
import { loadSigningKey, loadTrustAnchors, type SigningKey } from "@portcullis/policy-bus";
import { createAdminServer, type Shutdown, type Telemetry } from "@portcullis/telemetry";
import type { MutualTls } from "@portcullis/wire";
import type { ControlConfig } from "./config.ts";
import { createControlServer } from "./create-control-server.ts";
import { createPolicyAdministration } from "./create-policy-administration.ts";
import type { PolicyAdministration } from "./policy-administration.ts";

/**
 * Keys and bus → administration → gRPC, with the admin port beside it; what is opened is added to `shutdown`, in the order of closing.
 * Rejects with `PkiError`, `SigningError`, `BusStartError`, `RevisionLogError` or `StartError`, each of which says what to do.
 */
export async function startControl(config: ControlConfig, telemetry: Telemetry, shutdown: Shutdown): Promise<{ readonly port: number }> {
  const files = tlsFileNames(config);
  const tls = await loadTlsFiles(files);
  const anchors = await loadTrustAnchors(config.bus.trustFile);
  const keys = await loadKeys(config, telemetry);
  const bus = await openRevisionLog(config.bus, "portcullis-control");
  const administration = createPolicyAdministration({ log: bus, anchors, keys, publisher: "portcullis-control" });
  const { tls: _files, ...listening } = config.control;
  const server = await createControlServer({ ...listening, administration, telemetry, tls: toMutualTls(tls) });
  shutdown.add("control server", server.drain);
  const watcher = watchTlsFiles(files, {
    current: tls,
    onReload: (next) => server.reloadTls(toMutualTls(next)),
    onProblem: (err) => telemetry.log.error({ err }, "the new certificate cannot be used; the one used so far stays"),
  });
  shutdown.add("certificate files", watcher.close);
  // Last of what publishes: a publication that is under way needs it.
  shutdown.add("bus", bus.close);
  const readiness = () => ({ ready: server.isServing(), details: { draining: !server.isServing(), signingKeys: keys.length } });
  const admin = await createAdminServer({ ...config.admin, metrics: telemetry.metrics, readiness, log: telemetry.log });
  shutdown.add("admin", admin.close);
  void warnOfWeaknesses(bus, (fields, message) => telemetry.log.warn(fields, message));
  void warnOfKeys(administration, keys, telemetry);
  const { port } = server;
  telemetry.log.info({ port, admin: admin.url, servers: config.bus.servers, lineage: anchors.lineage }, "serving");
  return { port };
}

async function loadKeys({ keys: { files } }: ControlConfig, { log }: Telemetry): Promise<readonly SigningKey[]> {
  const loaded = await Promise.all(files.map((file) => loadSigningKey(file)));
  for (const warning of loaded.flatMap(({ warnings }) => warnings)) log.warn(warning);
  if (loaded.length === 0) log.warn("keys.files names no key: revisions can be read and tried, and none published");
  return loaded.map(({ key }) => key);
}

/** A key that no replica believes is found out now, and not by whoever publishes first. */
async function warnOfKeys(administration: PolicyAdministration, keys: readonly SigningKey[], { log }: Telemetry): Promise<void> {
  try {
    const { keys: trusted } = await administration.revisions();
    const ids = trusted.map(({ keyId }) => keyId);
    for (const { entry } of keys) if (!ids.includes(entry.keyId)) log.warn({ keyId: entry.keyId }, "replicas do not believe this key now");
  } catch (err) {
    log.warn({ err }, "the log cannot be read now");
  }
}

function tlsFileNames({ control: { tls } }: ControlConfig): TlsFileNames {
  return { certFile: tls.certFile, keyFile: tls.keyFile, caFile: tls.clientCaFile };
}

/** `loadTlsFiles` reads a CA wherever a file for it is named, and here one always is. */
function toMutualTls({ cert, key, ca = Buffer.alloc(0) }: TlsFiles): MutualTls {
  return { cert, key, ca };
}
