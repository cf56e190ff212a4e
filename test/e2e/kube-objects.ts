/** The policy of these tests. */
export const internalRegistryOnly = `
apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: internal-registry-only }
spec:
  enforcement: deny
  allow: ["internal-registry.io/**"]
  message: "You can only use images from the internal-registry.io"
`;

/** What everyone who is refused by it has to read. */
export const refusal = "You can only use images from the internal-registry.io";

export interface PodOptions {
  readonly name: string;
  readonly image: string;
  readonly initImage?: string;
  /** Image of a volume. */
  readonly volumeImage?: string;
}

export function pod({ name, ...images }: PodOptions) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: podSpec(images) };
}

export function deployment({ name, ...images }: PodOptions) {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(images) } },
  };
}

function podSpec({ image, initImage, volumeImage }: Omit<PodOptions, "name">) {
  return {
    containers: [{ name: "app", image }],
    ...(initImage === undefined ? {} : { initContainers: [{ name: "init", image: initImage }] }),
    ...(volumeImage === undefined ? {} : { volumes: [{ name: "data", image: { reference: volumeImage } }] }),
  };
}

export interface WebhookRegistration {
  readonly name: string;
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly failurePolicy: "Fail" | "Ignore";
  /** Only namespaces with this value of the label `portcullis.dev/e2e`; all when absent. */
  readonly namespaces?: string;
}

/** As docs/operations.md tells to register the webhook. */
export function validatingWebhook({ name, url, ca, failurePolicy, namespaces }: WebhookRegistration) {
  const rule = (apiGroups: string, ...resources: string[]) => ({
    apiGroups: [apiGroups],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources,
  });
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.portcullis.dev`,
        clientConfig: { url, caBundle: Buffer.from(ca).toString("base64") },
        rules: [
          rule("", "pods", "pods/ephemeralcontainers", "replicationcontrollers", "podtemplates"),
          rule("apps", "deployments", "replicasets", "statefulsets", "daemonsets"),
          rule("batch", "jobs", "cronjobs"),
        ],
        ...(namespaces === undefined ? {} : { namespaceSelector: { matchLabels: { "portcullis.dev/e2e": namespaces } } }),
        failurePolicy,
        sideEffects: "None",
        timeoutSeconds: 10,
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}

export const paths = {
  pods: (namespace = "default") => `/api/v1/namespaces/${namespace}/pods`,
  deployments: (namespace = "default") => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  namespaces: "/api/v1/namespaces",
  validatingWebhooks: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};
