import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { type DevelopmentPki, ensureDevelopmentPki } from "@portcullis/pki";
import {
  createNatsRevisionLog,
  generateSigningKey,
  type NatsRevisionLog,
  type PublishedRevision,
  publishRevision,
  type ReplicaStatus,
  writeTrustAnchors,
} from "@portcullis/policy-bus";
import {
  createTemporaryFolder,
  type LaunchedProcess,
  launchProcess,
  type NatsProgram,
  type NatsServer,
  startNats,
} from "@portcullis/testing";
import { type DecideRequest, type DecideResponse, DecisionServiceService } from "@portcullis/wire";
import type { StackProcess } from "./stack.ts";

const root = join(import.meta.dirname, "..", "..");

/** A nats-server, decision services of one cluster that follow it, and who publishes. */
export interface BusStack extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly log: NatsRevisionLog;
  readonly pki: DevelopmentPki;
  /** Allows images of these hosts only. Resolves once the log has it. */
  publish(...hosts: readonly string[]): Promise<PublishedRevision>;
  publishFiles(files: Readonly<Record<string, string>>): Promise<PublishedRevision>;
  /** Starts a decision service, or again with the same name and state. */
  startReplica(name: string, settings?: readonly string[]): Promise<Replica>;
  startFrontEnd(replicas: readonly Replica[]): Promise<StackProcess>;
  /** Resolves with the newest report of a replica that is as wanted. */
  status(replica: string, isWanted: (status: ReplicaStatus) => boolean): Promise<ReplicaStatus>;
}

/** A decision service as a process. */
export interface Replica {
  readonly name: string;
  readonly process: LaunchedProcess;
  readonly port: number;
  ask(question: DecideRequest): Promise<DecideResponse>;
  /** JSON of `/readyz`. */
  readiness(): Promise<Readonly<Record<string, unknown>>>;
  metrics(): Promise<string>;
}

export async function startBusStack(program: NatsProgram): Promise<BusStack> {
  const nats = await startNats(program);
  const folder = await createTemporaryFolder();
  const pki = await ensureDevelopmentPki(join(folder.path, "pki"));
  const key = generateSigningKey();
  const anchors = { lineage: "policies", keys: [key.entry] };
  const trustFile = join(folder.path, "trust.json");
  await writeTrustAnchors(trustFile, anchors);
  const log = createNatsRevisionLog({ servers: [nats.url], name: "publisher" });
  await log.setUp({ replicas: 1 });
  const launched: LaunchedProcess[] = [];

  async function launch(main: string, settings: readonly string[]) {
    const process_ = await launchProcess({
      command: process.execPath,
      args: ["--conditions=source", main, "--admin-port", "0", "--log-level", "info", ...settings],
      cwd: root,
    });
    launched.push(process_);
    const [, port, admin] = await process_.line(/"port":(\d+),"admin":"([^"]+)",.*"msg":"serving"/, 60_000);
    return { process: process_, port: Number(port), admin: String(admin) };
  }

  async function publishFiles(texts: Readonly<Record<string, string>>): Promise<PublishedRevision> {
    const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
    const change = { kind: "content", bundle: { files }, audience: ["*"] } as const;
    const outcome = await publishRevision({ log, anchors, keys: [key], publisher: "test", change, isForced: true });
    if (outcome.outcome === "published") return outcome.revision;
    throw new Error(`it was not published: ${outcome.outcome}`);
  }

  async function startReplica(name: string, settings: readonly string[] = []): Promise<Replica> {
    const { admin, ...started } = await launch("services/decision/src/main.ts", [
      ...["--bus-servers", nats.url, "--bus-trust-file", trustFile, "--bus-state-dir", join(folder.path, "state", name)],
      ...["--cluster-name", "blue", "--cluster-replica", name, "--decision-host", "127.0.0.1", "--decision-port", "0"],
      ...["--decision-tls-cert-file", pki.decision.certFile, "--decision-tls-key-file", pki.decision.keyFile],
      ...["--decision-tls-client-ca-file", pki.caFile, "--decision-drain-delay-ms", "100", ...settings],
    ]);
    const client = await connect(pki, started.port);
    return {
      name,
      ...started,
      ask: (question) => ask(client, question),
      readiness: async () => readinessOf(await fetch(`${admin}/readyz`)),
      metrics: async () => (await fetch(`${admin}/metrics`)).text(),
    };
  }

  return {
    nats,
    log,
    pki,
    publishFiles,
    publish: (...hosts) => publishFiles({ "policy.yaml": allowing(hosts) }),
    startReplica,
    startFrontEnd: (replicas) =>
      launch("services/webhook/src/main.ts", [
        ...["--webhook-host", "127.0.0.1", "--webhook-port", "0", "--webhook-callers", '[{"name":"CN=kube-apiserver","cluster":"blue"}]'],
        ...["--webhook-tls-cert-file", pki.server.certFile, "--webhook-tls-key-file", pki.server.keyFile],
        ...["--webhook-tls-client-ca-file", pki.caFile, "--webhook-drain-delay-ms", "0"],
        ...["--decision-addresses", replicas.map(({ port: at }) => `127.0.0.1:${at}`).join(",")],
        ...["--decision-tls-cert-file", pki.webhookClient.certFile, "--decision-tls-key-file", pki.webhookClient.keyFile],
        ...["--decision-tls-ca-file", pki.caFile],
      ]),
    status: (replica, isWanted) => waitForStatus(log, (status) => status.replica === replica && isWanted(status)),
    async [Symbol.asyncDispose]() {
      await log.close();
      for (const process_ of launched) process_.signal("SIGCONT");
      await Promise.all(launched.map((process_) => process_.stop(5_000)));
      await nats[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

export function allowing(hosts: readonly string[]): string {
  const allow = JSON.stringify(hosts.map((host) => `${host}/**`));
  return `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: trusted-registries }\nspec: { allow: ${allow} }\n`;
}

async function connect({ caFile, webhookClient }: DevelopmentPki, port: number): Promise<Client> {
  const [ca, key, cert] = await Promise.all([caFile, webhookClient.keyFile, webhookClient.certFile].map((file) => readFile(file)));
  return new Client(`127.0.0.1:${port}`, credentials.createSsl(ca ?? null, key, cert), { "grpc.ssl_target_name_override": "localhost" });
}

function ask(client: Client, request: DecideRequest): Promise<DecideResponse> {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decide;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline: Date.now() + 5_000 }, (error, value) =>
      error === null && value !== undefined ? resolve(value) : reject(error),
    );
  });
}

async function readinessOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response.json();
  return typeof body === "object" && body !== null ? { ...body } : {};
}

async function waitForStatus(log: NatsRevisionLog, isWanted: (status: ReplicaStatus) => boolean): Promise<ReplicaStatus> {
  const { promise, resolve } = Promise.withResolvers<ReplicaStatus>();
  const look = (status: ReplicaStatus) => (isWanted(status) ? resolve(status) : undefined);
  const stop = log.onStatus(look);
  // What was reported before is not told again.
  for (const status of await log.readStatuses()) look(status);
  return promise.finally(stop);
}
