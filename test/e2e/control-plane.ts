import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCertificateAuthority } from "@portcullis/pki";
import { createTemporaryFolder, launchProcess, type TemporaryFolder } from "@portcullis/testing";
import { admissionFiles, type ImagePolicyOptions, type WebhookCredentials } from "./admission-files.ts";
import type { Assets } from "./assets.ts";
import { freePorts } from "./free-ports.ts";
import { type KubeApi, kubeApi } from "./kube-api.ts";
import { until } from "./until.ts";

export interface ControlPlaneOptions {
  readonly assets: Assets;
  readonly webhook: WebhookCredentials;
  /** Enables ImagePolicyWebhook. */
  readonly imagePolicy?: ImagePolicyOptions;
}

/** What a kubectl call came to. `output` is both of its streams. */
export interface KubectlResult {
  readonly status: number;
  readonly output: string;
}

/** An etcd and a kube-apiserver of their own, on loopback. No controllers and no nodes: objects are stored, and nothing runs. */
export interface ControlPlane {
  readonly api: KubeApi;
  /** Runs kubectl as administrator; `input` goes to its standard input. */
  kubectl(args: readonly string[], input?: string): Promise<KubectlResult>;
  /** What the API server wrote, for a failed test's message. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts both and resolves once the API server is ready and its namespace `default` exists. */
export async function startControlPlane({ assets, webhook, imagePolicy }: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = await createTemporaryFolder();
  const [etcdPort = 0, etcdPeerPort = 0, port = 0] = await freePorts(3);
  const token = randomBytes(16).toString("hex");
  const ca = await writeFiles(folder, {
    ...admissionFiles(folder.path, webhook, imagePolicy),
    "admin.kubeconfig": adminKubeconfig(folder.path, port, token),
    "tokens.csv": `${token},admin,admin,"system:masters"\n`,
  });
  const etcd = await launchProcess({ command: assets.etcd, args: etcdFlags(folder.path, etcdPort, etcdPeerPort) });
  const apiServer = await launchProcess({
    command: assets["kube-apiserver"],
    args: apiServerFlags({ folder: folder.path, port, etcdPort, isImagePolicyOn: imagePolicy !== undefined }),
  });
  const api = kubeApi({ port, ca, token });

  async function stop(): Promise<void> {
    // The API server first: without its etcd it would only wait.
    await apiServer.stop();
    await etcd.stop();
    await folder.remove();
  }

  try {
    await apiServer.port(port, 60_000);
    await until("kube-apiserver is ready", async () => {
      const isReady = (await api({ method: "GET", path: "/readyz" })).status === 200;
      const hasDefault = isReady && (await api({ method: "GET", path: "/api/v1/namespaces/default" })).status === 200;
      return hasDefault ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw new Error(
      `the control plane did not become ready; it wrote:\n${apiServer.output().slice(-4000)}\n${etcd.output().slice(-2000)}`,
      {
        cause: error,
      },
    );
  }
  return {
    api,
    kubectl: (args, input) => runKubectl(assets.kubectl, ["--kubeconfig", join(folder.path, "admin.kubeconfig"), ...args], input),
    output: apiServer.output,
    stop,
  };
}

/** The files given, a serving certificate and service-account keys. Returns the authority to trust, as PEM. */
async function writeFiles(folder: TemporaryFolder, given: Readonly<Record<string, string>>): Promise<string> {
  const authority = await createCertificateAuthority({ commonName: "e2e control plane" });
  const serving = await authority.issue({
    commonName: "kube-apiserver",
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
    usage: "server",
  });
  const serviceAccounts = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const files = {
    ...given,
    "ca.crt": authority.certPem,
    "apiserver.crt": serving.certPem,
    "apiserver.key": serving.keyPem,
    "service-accounts.pub": serviceAccounts.publicKey.export({ type: "spki", format: "pem" }).toString(),
    "service-accounts.key": serviceAccounts.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => folder.write(name, text)));
  return authority.certPem;
}

function etcdFlags(folder: string, port: number, peerPort: number): readonly string[] {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

interface ApiServerFlagOptions {
  readonly folder: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly isImagePolicyOn: boolean;
}

function apiServerFlags({ folder, port, etcdPort, isImagePolicyOn }: ApiServerFlagOptions): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--tls-cert-file=${join(folder, "apiserver.crt")}`,
    `--tls-private-key-file=${join(folder, "apiserver.key")}`,
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "service-accounts.pub")}`,
    `--service-account-signing-key-file=${join(folder, "service-accounts.key")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    // No controller makes service accounts here, and pods must not wait for one.
    "--disable-admission-plugins=ServiceAccount",
    ...(isImagePolicyOn ? ["--enable-admission-plugins=ImagePolicyWebhook"] : []),
    `--admission-control-config-file=${join(folder, "admission.json")}`,
  ];
}

function adminKubeconfig(folder: string, port: number, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "e2e", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": join(folder, "ca.crt") } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "e2e", context: { cluster: "e2e", user: "admin" } }],
    "current-context": "e2e",
  });
}

async function runKubectl(kubectl: string, args: readonly string[], input = ""): Promise<KubectlResult> {
  return await new Promise((resolve) => {
    // A home of its own: no discovery cache or preferences of whoever runs the tests.
    const child = execFile(kubectl, [...args], { timeout: 60_000, env: { ...process.env, HOME: tmpdir() } }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ status, output: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}
