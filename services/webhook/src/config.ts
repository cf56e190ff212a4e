/** Settings of the webhook, without the webhook: a door that loads neither Fastify nor gRPC. */
import Type from "typebox";
import { cachedAllowRefusal, undecidedModes } from "./when-undecided.ts";

const file = (description: string) => Type.String({ minLength: 1, description });
const port = (default_: number, description: string) => Type.Integer({ minimum: 0, maximum: 65_535, default: default_, description });
const milliseconds = (default_: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, default: default_, description });
const urlPath = (default_: string, description: string) =>
  Type.String({ pattern: "^(/[A-Za-z0-9._-]+)+$", minLength: 1, default: default_, description });
const undecided = (description: string) => Type.Enum([...undecidedModes], { default: "deny", description });

const webhook = Type.Object({
  host: Type.String({ minLength: 1, default: "0.0.0.0", description: "address to listen on" }),
  port: port(8443, "port for API servers (HTTPS); 0: any free one"),
  tls: Type.Object({
    certFile: file("the webhook's certificate with its chain (PEM), for the name that API servers call it by; reloaded when it changes"),
    keyFile: file("private key of the certificate (PEM)"),
    clientCaFile: file("authorities of the API servers' client certificates (PEM)"),
  }),
  callers: Type.Array(
    Type.Object({ name: Type.String({ minLength: 4 }), cluster: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
    {
      default: [{ name: "CN=kube-apiserver", cluster: "default" }],
      description: "which name (CN=…, DNS:…, URI:…, IP:…) of a client certificate speaks for which cluster",
    },
  ),
  unauthenticatedClusters: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: "clusters whose API server cannot send a client certificate; anybody may ask for them below /clusters/<cluster>/",
  }),
  paths: Type.Object({
    imageReview: urlPath("/image-review", "path of ImageReview, also below /clusters/<cluster>"),
    validate: urlPath("/validate", "path of AdmissionReview, also below /clusters/<cluster>"),
  }),
  whenUndecided: Type.Object({
    imageReview: undecided("answer to an ImageReview that could not be decided; allow is refused: API servers would cache it"),
    validate: undecided("answer to an AdmissionReview that could not be decided; defer: HTTP 500, left to failurePolicy"),
  }),
  unknownImageLists: Type.Enum(["report", "strict"], {
    default: "report",
    description: "images in lists outside any pod spec: reported as warnings, or judged",
  }),
  maxInFlight: Type.Integer({ minimum: 1, maximum: 100_000, default: 1_000, description: "reviews under way; more are answered 429" }),
  maxBufferedMebibytes: Type.Integer({
    minimum: 8,
    maximum: 65_536,
    default: 128,
    description: "bodies held at a time; more are answered 429",
  }),
  maxConnections: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 4_096, description: "open connections" }),
  maxConnectionAgeMs: Type.Integer({
    minimum: 1_000,
    maximum: 86_400_000,
    default: 300_000,
    description: "age at which a connection is asked to end, a tenth more or less, so that an API server does not stick to one replica",
  }),
  bodyTimeoutMs: Type.Integer({
    minimum: 1_000,
    maximum: 600_000,
    default: 30_000,
    description: "time for a body to arrive; 30 s let 7 MiB through at 240 KiB/s",
  }),
  drainDelayMs: milliseconds(5_000, 600_000, "on SIGTERM: how long to serve on after readiness says no"),
  closeGraceMs: milliseconds(10_000, 600_000, "then: how long connections have to end before they are closed"),
});

/** Settings of the webhook as a process of its own. */
export const webhookSchema = Type.Object({
  webhook,
  decision: Type.Object({
    addresses: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      default: ["127.0.0.1:8444"],
      description: "decision services as host:port; a name stands for all of its addresses",
    }),
    tls: Type.Object({
      certFile: file("client certificate for the decision services (PEM)"),
      keyFile: file("private key of the certificate (PEM)"),
      caFile: file("authorities of the decision services' certificates (PEM)"),
    }),
  }),
  admin: Type.Object({
    host: Type.String({ minLength: 1, default: "127.0.0.1", description: "address of /livez, /readyz and /metrics" }),
    port: port(8445, "port of /livez, /readyz and /metrics (HTTP); 0: any free one"),
  }),
  logLevel: Type.Enum(["fatal", "error", "warn", "info", "debug", "silent"], {
    default: "info",
    description: "least severe log line that is written (JSON, to standard output)",
  }),
});

export type WebhookConfig = Type.Static<typeof webhookSchema>;

/** The settings that rules over several of them look at: a program that composes the webhook may have no others. */
export interface CheckedSettings {
  readonly webhook: Pick<WebhookConfig["webhook"], "callers" | "unauthenticatedClusters" | "paths" | "whenUndecided">;
}

/** Rules over several settings, for `loadConfig`. */
export function checkWebhookConfig({
  webhook: settings,
}: Readonly<CheckedSettings>): readonly { readonly key: string; readonly message: string }[] {
  const problems: { key: string; message: string }[] = [];
  if (settings.whenUndecided.imageReview === "allow") {
    problems.push({ key: "webhook.whenUndecided.imageReview", message: cachedAllowRefusal });
  }
  if (settings.paths.imageReview === settings.paths.validate) {
    problems.push({ key: "webhook.paths.validate", message: `"${settings.paths.validate}" is the path of ImageReview too: use two paths` });
  }
  for (const [name, path] of Object.entries(settings.paths)) {
    if (path.startsWith("/clusters/")) {
      problems.push({
        key: `webhook.paths.${name}`,
        message: `"${path}" would hide the URLs of a cluster: do not begin it with /clusters/`,
      });
    }
  }
  for (const { name } of settings.callers) {
    if (!/^(CN=|DNS:|URI:|IP:)./.test(name)) {
      problems.push({ key: "webhook.callers", message: `"${name}" is no certificate name: write CN=…, DNS:…, URI:… or IP:…` });
    }
  }
  if (settings.callers.length === 0 && settings.unauthenticatedClusters.length === 0) {
    problems.push({ key: "webhook.callers", message: "nobody may ask: name at least one certificate and its cluster" });
  }
  return problems;
}
