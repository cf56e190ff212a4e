import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { type DevelopmentPki, ensureDevelopmentPki, loadCertificateAuthority } from "@portcullis/pki";
import { createTemporaryFolder, type LaunchedProcess, launchProcess, type NatsProgram, type TemporaryFolder } from "@portcullis/testing";
import { type NatsEstate, startNatsEstate } from "./nats-estate.ts";
import { admissionReview, post } from "./review.ts";

const root = join(import.meta.dirname, "..", "..");

/** A hub, clusters behind leaf nodes with decision services and front-ends of their own, and an operator at the hub. */
export interface ClusterStack extends AsyncDisposable {
  readonly nats: NatsEstate;
  cluster(name: string): StackCluster;
  /** Runs `portcullis …` as a part, against the hub; resolves with what it printed. */
  portcullis(
    part: string,
    ...args: readonly string[]
  ): Promise<{ readonly status: number; readonly output: string; readonly error: string }>;
  writePolicies(files: Readonly<Record<string, string>>): Promise<void>;
}

export interface StackCluster {
  readonly name: string;
  /** Sends a review to the cluster's front-end, as an API server of a cluster would: this one unless said otherwise. */
  review(image: string, callerOf?: string): Promise<StackAnswer>;
  /** JSON of `/readyz` of each replica. */
  readiness(): Promise<readonly unknown[]>;
}

export interface StackAnswer {
  readonly isAllowed: boolean;
  /** Such as `policies/1/7`; empty where the front-end refused the caller. */
  readonly revision: string;
  readonly message: string;
}

export const replicaNames = ["decision-0", "decision-1"] as const;
/** Quick enough for tests: stale after 0.8 s. */
const timing = ["--bus-read-interval-ms", "200", "--freshness-stale-after-ms", "800", "--cluster-allow-ttl-seconds", "0"];

export async function startClusterStack(program: NatsProgram, hubSize: 1 | 3): Promise<ClusterStack> {
  const folder = await createTemporaryFolder();
  const pki = await ensureDevelopmentPki(join(folder.path, "pki"));
  const names = ["blue", "green"];
  const nats = await startNatsEstate(program, { clusters: names, replicas: replicaNames, hubSize, folder, pki });
  const launched: LaunchedProcess[] = [];
  const context: Context = { folder, pki, nats, launched };
  const operator = createOperator(context);
  await operator("setup", "keys", "init", "--lineage", "policies");
  await operator("setup", "bus", "setup", "--replicas", String(hubSize));
  const agents = await createApiServers(pki, names);
  const clusters = new Map(await Promise.all(names.map(async (name) => [name, await startCluster(name, context, agents)] as const)));
  return {
    nats,
    cluster(name) {
      const found = clusters.get(name);
      if (found === undefined) throw new Error(`there is no cluster "${name}"`);
      return found;
    },
    portcullis: operator,
    async writePolicies(files) {
      await Promise.all(Object.entries(files).map(([path, text]) => folder.write(join("policies", path), text)));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(launched.map((process_) => process_.stop(5_000)));
      for (const agent of agents.values()) agent.destroy();
      await nats[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

interface Context {
  readonly folder: TemporaryFolder;
  readonly pki: DevelopmentPki;
  readonly nats: NatsEstate;
  readonly launched: LaunchedProcess[];
}

function createOperator({ folder, pki, nats }: Context): ClusterStack["portcullis"] {
  const needsNoBus = (args: readonly string[]) => args[0] === "keys";
  return async (part, ...args) => {
    const bus = ["--bus", nats.hubAddresses, "--bus-domain", "hub", "--bus-tls-ca", pki.caFile, "--bus-nkey", nats.seedFile(part)];
    const all = ["--conditions=source", join(root, "services/cli/src/main.ts"), ...args, ...(needsNoBus(args) ? [] : bus)];
    const done = promisify(execFile)(process.execPath, all, { cwd: folder.path });
    try {
      const { stdout, stderr } = await done;
      return { status: 0, output: stdout, error: stderr };
    } catch (error) {
      const { code, stdout, stderr } = Object.assign({ code: -1, stdout: "", stderr: "" }, error);
      return { status: code, output: stdout, error: stderr };
    }
  };
}

async function startCluster(name: string, context: Context, agents: ReadonlyMap<string, Agent>): Promise<StackCluster> {
  const replicas = await Promise.all(replicaNames.map((replica) => startReplica(name, replica, context)));
  const { pki } = context;
  const { port } = await launch(context, "services/webhook/src/main.ts", [
    ...["--webhook-host", "127.0.0.1", "--webhook-port", "0", "--webhook-drain-delay-ms", "0"],
    ...["--webhook-callers", JSON.stringify([{ name: `CN=apiserver-${name}`, cluster: name }])],
    ...["--webhook-tls-cert-file", pki.server.certFile, "--webhook-tls-key-file", pki.server.keyFile],
    ...["--webhook-tls-client-ca-file", pki.caFile, "--decision-tls-ca-file", pki.caFile],
    ...["--decision-addresses", replicas.map((replica) => `127.0.0.1:${replica.port}`).join(",")],
    ...["--decision-tls-cert-file", pki.webhookClient.certFile, "--decision-tls-key-file", pki.webhookClient.keyFile],
  ]);
  let count = 0;
  return {
    name,
    async review(image, callerOf = name) {
      const agent = agents.get(callerOf);
      if (agent === undefined) throw new Error(`there is no API server of "${callerOf}"`);
      count += 1;
      const { status, body } = await post(agent, port, admissionReview(String(count), `${image}:${count}`));
      if (status !== 200) return { isAllowed: false, revision: "", message: body };
      const { response } = JSON.parse(body);
      return {
        isAllowed: response.allowed === true,
        revision: String(response.auditAnnotations?.revision),
        message: String(response.status?.message),
      };
    },
    readiness: () => Promise.all(replicas.map(async ({ admin }): Promise<unknown> => (await fetch(`${admin}/readyz`)).json())),
  };
}

function startReplica(cluster: string, replica: string, context: Context) {
  const { folder, pki, nats } = context;
  return launch(context, "services/decision/src/main.ts", [
    ...["--bus-servers", nats.leaf(cluster).address, "--bus-domain", "hub", "--bus-tls-ca-file", pki.caFile],
    ...["--bus-nkey-file", nats.seedFile(`replica.${cluster}.${replica}`), "--bus-trust-file", join(folder.path, "trust.json")],
    ...["--bus-state-dir", join(folder.path, "state", cluster, replica), "--cluster-name", cluster, "--cluster-replica", replica],
    ...["--decision-host", "127.0.0.1", "--decision-port", "0", "--decision-drain-delay-ms", "100"],
    ...["--decision-tls-cert-file", pki.decision.certFile, "--decision-tls-key-file", pki.decision.keyFile],
    ...["--decision-tls-client-ca-file", pki.caFile, ...timing],
  ]);
}

async function launch({ launched }: Context, main: string, settings: readonly string[]) {
  const args = ["--conditions=source", main, "--admin-port", "0", "--log-level", "info", ...settings];
  const process_ = await launchProcess({ command: process.execPath, args, cwd: root });
  launched.push(process_);
  const [, port, admin] = await process_.line(/"port":(\d+),"admin":"([^"]+)",.*"msg":"serving"/, 60_000);
  return { port: Number(port), admin: String(admin) };
}

/** An API server of each cluster, which is who its certificate says. */
async function createApiServers(pki: DevelopmentPki, clusters: readonly string[]): Promise<ReadonlyMap<string, Agent>> {
  const [certPem = "", keyPem = ""] = await Promise.all([pki.caFile, pki.caKeyFile].map((file) => readFile(file, "utf8")));
  const authority = await loadCertificateAuthority({ certPem, keyPem });
  const issued = clusters.map(async (cluster) => {
    const { certPem: cert, keyPem: key } = await authority.issue({ commonName: `apiserver-${cluster}`, usage: "client" });
    return [cluster, new Agent({ keepAlive: true, ca: certPem, cert, key })] as const;
  });
  return new Map(await Promise.all(issued));
}
