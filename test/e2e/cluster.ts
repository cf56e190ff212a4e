import { readFile } from "node:fs/promises";
import type { ImagePolicyOptions } from "./admission-files.ts";
import { findAssets } from "./assets.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import type { KubeAnswer } from "./kube-api.ts";
import { deployment, internalRegistryOnly, type PodOptions, paths, pod, validatingWebhook } from "./kube-objects.ts";
import { type Portcullis, startStandalone } from "./portcullis.ts";
import { until } from "./until.ts";

/** An API server and the Portcullis that it asks, under the policy "only internal-registry.io". */
export interface Cluster extends Pick<ControlPlane, "api" | "kubectl"> {
  readonly portcullis: Portcullis;
  createPod(options: PodOptions, query?: string): Promise<KubeAnswer>;
  createDeployment(options: PodOptions): Promise<KubeAnswer>;
  /** Adds a container to a running pod, as `kubectl debug` does. */
  addEphemeralContainer(pod: string, image: string): Promise<KubeAnswer>;
  /** Registers Portcullis as an admission webhook and resolves once the API server asks it. */
  registerWebhook(options: { name: string; failurePolicy: "Fail" | "Ignore"; namespaces?: string }): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Two standalone replicas where absent. Stopped with the cluster. */
  readonly portcullis?: Portcullis;
  /** Enables ImagePolicyWebhook. */
  readonly imagePolicy?: Omit<ImagePolicyOptions, "url">;
  /** What the cluster has to hold before the first test. Where it fails, the cluster is stopped. */
  readonly setUp?: (cluster: Cluster) => Promise<void>;
}

export async function startCluster({ imagePolicy, setUp, ...options }: ClusterOptions): Promise<Cluster> {
  const portcullis = options.portcullis ?? (await startStandalone(internalRegistryOnly));
  try {
    const assets = findAssets(process.env);
    if (assets === undefined) throw new Error("no etcd, kube-apiserver and kubectl: run `npm run e2e:assets`, or set KUBEBUILDER_ASSETS");
    const controlPlane = await startControlPlane({
      assets,
      webhook: portcullis.credentials,
      ...(imagePolicy === undefined ? {} : { imagePolicy: { url: portcullis.imageReviewUrl, ...imagePolicy } }),
    });
    const cluster = clusterOf(controlPlane, portcullis);
    await setUp?.(cluster).catch(async (error: unknown) => {
      await controlPlane.stop();
      throw error;
    });
    return cluster;
  } catch (error) {
    await portcullis.stop();
    throw error;
  }
}

function clusterOf({ api, kubectl, stop }: ControlPlane, portcullis: Portcullis): Cluster {
  const createPod: Cluster["createPod"] = (options, query = "") =>
    api({ method: "POST", path: `${paths.pods()}${query}`, body: pod(options) });

  return {
    api,
    kubectl,
    portcullis,
    createPod,
    createDeployment: (options) => api({ method: "POST", path: paths.deployments(), body: deployment(options) }),
    addEphemeralContainer(name, image) {
      const body = { spec: { ephemeralContainers: [{ name: "debugger", image }] } };
      return api({ method: "PATCH", path: `${paths.pods()}/${name}/ephemeralcontainers`, body });
    },
    async registerWebhook({ name, failurePolicy, namespaces }) {
      const ca = await readFile(portcullis.credentials.caFile, "utf8");
      const selection = namespaces === undefined ? {} : { namespaces };
      const body = validatingWebhook({ name, url: portcullis.validateUrl, ca, failurePolicy, ...selection });
      const created = await api({ method: "POST", path: paths.validatingWebhooks, body });
      if (created.status !== 201) throw new Error(`the webhook was not registered: ${created.body.message}`);
      const namespace = namespaces ?? "default";
      await until("the API server asks the webhook", async () => {
        const reviews = await portcullis.countReviews("validate");
        const object = deployment({ name: "probe", image: "internal-registry.io/probe" });
        await api({ method: "POST", path: `${paths.deployments(namespace)}?dryRun=All`, body: object });
        return (await portcullis.countReviews("validate")) > reviews ? true : undefined;
      });
    },
    async stop() {
      await stop();
      await portcullis.stop();
    },
  };
}
