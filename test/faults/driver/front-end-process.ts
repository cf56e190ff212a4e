import { randomUUID } from "node:crypto";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { type Answer, type Finding, UndecidedError, undecidedCodes, type Workload } from "@portcullis/policy";
import { aFinding } from "@portcullis/testing";
import type { ReplicaTls } from "./replica-tls.ts";
import { watchProcess } from "./watched-process.ts";

export interface FrontEndOptions {
  readonly cluster: string;
  /** Of the replicas to ask. */
  readonly addresses: readonly string[];
  readonly tls: ReplicaTls;
}

/** A webhook as a process, asked as a kube-apiserver asks it. */
export interface FrontEndProcess extends AsyncDisposable {
  readonly cluster: string;
  ask(workload: Workload): Promise<Answer | UndecidedError>;
}

const main = join(import.meta.dirname, "..", "..", "..", "services", "webhook", "src", "main.ts");

/** Resolves once it listens. */
export async function startFrontEnd({ cluster, addresses, tls }: FrontEndOptions): Promise<FrontEndProcess> {
  const serving = Promise.withResolvers<number>();
  const process_ = await watchProcess({
    main,
    args: [
      ...["--webhook-host", "127.0.0.1", "--webhook-port", "0", "--admin-port", "0"],
      ...["--webhook-tls-cert-file", tls.server.certFile, "--webhook-tls-key-file", tls.server.keyFile],
      ...["--webhook-tls-client-ca-file", tls.caFile],
      ...["--webhook-callers", JSON.stringify([{ name: "CN=kube-apiserver", cluster }])],
      ...["--decision-addresses", addresses.join(","), "--decision-tls-ca-file", tls.caFile],
      ...["--decision-tls-cert-file", tls.frontEnd.certFile, "--decision-tls-key-file", tls.frontEnd.keyFile],
    ],
    onLine(line) {
      const fields = line.startsWith("{") ? JSON.parse(line) : {};
      if (fields.msg === "serving") serving.resolve(fields.port);
    },
    onEnd: () => serving.reject(new Error("the front-end ended before it served")),
  });
  const port = await serving.promise.catch((error: unknown) => {
    throw new Error(process_.tail(), { cause: error });
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: tls.ca, cert: tls.apiServerCert, key: tls.apiServerKey });
  return {
    cluster,
    async ask(workload) {
      const response = await post(agent, port, reviewOf(workload)).catch((error: unknown) => String(error));
      return typeof response === "string" ? new UndecidedError("undecided-unavailable", response) : toAnswer(response);
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      process_.signal("SIGKILL");
      await process_.ended();
    },
  };
}

interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** What a webhook says of a verdict stands in its audit annotations. */
function toAnswer({ allowed, auditAnnotations }: AdmissionAnswer): Answer | UndecidedError {
  const undecided = undecidedCodes.find((code) => code === auditAnnotations["undecided"]);
  if (undecided !== undefined) return new UndecidedError(undecided, "the webhook said so");
  const [lineage = "", epoch, revision] = (auditAnnotations["revision"] ?? "").split("/");
  const judged = { servedAt: { lineage, epoch: Number(epoch), revision: Number(revision) }, warnings: [], audited: [] };
  const found: readonly Partial<Finding>[] = JSON.parse(auditAnnotations["findings"] ?? "[]");
  const [first, ...others] = found.map(aFinding);
  if (!allowed && first === undefined) throw new Error(`a denial without a finding: ${JSON.stringify(auditAnnotations)}`);
  return {
    decision:
      allowed || first === undefined ? { verdict: "allow", ...judged } : { verdict: "deny", denials: [first, ...others], ...judged },
    decisionId: auditAnnotations["decision-id"] ?? "",
    cacheTtlMs: 0,
    stalenessMs: 0,
    degraded: auditAnnotations["degraded"] === "true",
  };
}

function reviewOf({ namespace, images }: Workload): string {
  const containers = images.map(({ image }, index) => ({ name: `c${index}`, image }));
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "app", namespace }, spec: { containers } };
  const kind = { group: "", version: "v1", kind: "Pod" };
  const asked = { uid: randomUUID(), kind, operation: "CREATE", namespace, name: "app", object, oldObject: null, dryRun: false };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: asked });
}

function post(agent: Agent, port: number, body: string): Promise<AdmissionAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<AdmissionAnswer>();
  const options = { agent, host: "localhost", port, family: 4, path: "/validate?timeout=3s", method: "POST" };
  const outgoing = request({ ...options, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) } });
  outgoing.on("error", reject);
  outgoing.on("response", (incoming) => {
    let text = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("error", reject).on("end", () => {
      if (incoming.statusCode === 200) resolve(JSON.parse(text).response);
      else reject(new Error(`${incoming.statusCode}: ${text}`));
    });
  });
  outgoing.end(body);
  return promise;
}
