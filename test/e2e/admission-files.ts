import { join } from "node:path";

/** How an API server asks the image policy webhook. Seconds, as in its own file. */
export interface ImagePolicyOptions {
  readonly url: string;
  readonly allowTtlSeconds: number;
  readonly denyTtlSeconds: number;
  readonly defaultAllow: boolean;
}

/** The client certificate that an API server shows, and the authority that signed the webhook's own. */
export interface WebhookCredentials {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** The file names and texts (JSON, which is YAML) that `--admission-control-config-file` leads to. */
export function admissionFiles(
  folder: string,
  webhook: WebhookCredentials,
  imagePolicy: ImagePolicyOptions | undefined,
): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "webhooks.kubeconfig": kubeconfig({ "client-certificate": webhook.certFile, "client-key": webhook.keyFile }),
  };
  const plugins: unknown[] = [
    {
      name: "ValidatingAdmissionWebhook",
      configuration: {
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "WebhookAdmissionConfiguration",
        kubeConfigFile: join(folder, "webhooks.kubeconfig"),
      },
    },
  ];
  if (imagePolicy !== undefined) {
    files["image-policy.kubeconfig"] = kubeconfig(
      { "client-certificate": webhook.certFile, "client-key": webhook.keyFile },
      { "certificate-authority": webhook.caFile, server: imagePolicy.url },
    );
    plugins.push({ name: "ImagePolicyWebhook", configuration: { imagePolicy: imagePolicyConfiguration(folder, imagePolicy) } });
  }
  files["admission.json"] = JSON.stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AdmissionConfiguration", plugins }, null, 2);
  return files;
}

function imagePolicyConfiguration(folder: string, { allowTtlSeconds, denyTtlSeconds, defaultAllow }: ImagePolicyOptions) {
  return {
    kubeConfigFile: join(folder, "image-policy.kubeconfig"),
    allowTTL: allowTtlSeconds,
    denyTTL: denyTtlSeconds,
    retryBackoff: 100,
    defaultAllow,
  };
}

/** The user `*` answers for every webhook. Without a cluster it is a `WebhookAdmissionConfiguration`'s file: those name their URLs themselves. */
function kubeconfig(user: Readonly<Record<string, string>>, cluster?: Readonly<Record<string, string>>): string {
  const clusters = cluster === undefined ? [] : [{ name: "portcullis", cluster }];
  const contexts = cluster === undefined ? [] : [{ name: "portcullis", context: { cluster: "portcullis", user: "*" } }];
  const current = cluster === undefined ? {} : { "current-context": "portcullis" };
  return JSON.stringify({ apiVersion: "v1", kind: "Config", clusters, contexts, ...current, users: [{ name: "*", user }] }, null, 2);
}
