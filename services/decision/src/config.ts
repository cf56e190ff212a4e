/** Settings of the decision service, without the service: a door that loads no gRPC. */
import Type from "typebox";
import { busSettings, checkBusSettings, clusterSettings, freshnessSettings } from "./bus-settings.ts";
import { defaultAllowTtlSeconds, defaultDenyTtlSeconds, maxTtlSeconds } from "./cache-ttl.ts";

const file = (description: string) => Type.String({ minLength: 1, description });
const port = (default_: number, description: string) => Type.Integer({ minimum: 0, maximum: 65_535, default: default_, description });
const milliseconds = (default_: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, default: default_, description });
const ttl = (verdict: string, default_: number) =>
  Type.Integer({
    minimum: -1,
    maximum: maxTtlSeconds,
    default: 0,
    description: `seconds ${verdict} verdict may be repeated, as in a kube-apiserver: 0 is ${default_}, -1 is never`,
  });

/** Settings of the decision service as a process of its own. */
export const decisionSchema = Type.Object({
  policies: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    default: ["policies"],
    description: "folders and files with policies, watched for edits; not read where `bus.servers` is set",
  }),
  bus: busSettings,
  cluster: clusterSettings,
  freshness: freshnessSettings,
  decision: Type.Object({
    host: Type.String({ minLength: 1, default: "0.0.0.0", description: "address to listen on" }),
    port: port(8444, "port for front-ends (gRPC); 0: any free one"),
    tls: Type.Object({
      certFile: file("the decision service's certificate with its chain (PEM), for the name that front-ends call it by"),
      keyFile: file("private key of the certificate (PEM)"),
      clientCaFile: file("authorities of the front-ends' client certificates (PEM)"),
    }),
    allowedClients: Type.Array(Type.String({ pattern: "^(CN=|DNS:|URI:|IP:).+" }), {
      minItems: 1,
      default: ["CN=portcullis-webhook"],
      description: "names (CN=…, DNS:…, URI:…, IP:…) of client certificates that may ask",
    }),
    maxConcurrent: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 10_000, description: "questions answered at once" }),
    maxConnectionAgeMs: milliseconds(1_800_000, 86_400_000, "age at which a front-end is moved to a new connection"),
    drainDelayMs: milliseconds(2_000, 600_000, "on SIGTERM: how long new calls are still taken, until front-ends know"),
    drainTimeoutMs: milliseconds(5_000, 600_000, "then: how long calls have to end before they are cut"),
  }),
  cache: Type.Object({
    allowTtlSeconds: ttl("an allow", defaultAllowTtlSeconds),
    denyTtlSeconds: ttl("a deny", defaultDenyTtlSeconds),
    maxEntries: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 16_384, description: "verdicts held at once" }),
    maxMebibytes: Type.Integer({
      minimum: 1,
      maximum: 16_384,
      default: 64,
      description: "memory of the verdicts held at once; one that takes more than a 256th is not held",
    }),
  }),
  maxLogLinesPerSecond: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    default: 50,
    description: "decision log lines per second and verdict; the rest is counted",
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

/** Rules over several settings, for `loadConfig`. */
export const checkDecisionConfig = checkBusSettings;

export type DecisionConfig = Type.Static<typeof decisionSchema>;
