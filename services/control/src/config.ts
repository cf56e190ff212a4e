/** Settings of the control service, without the service: a door that loads no gRPC and no NATS. */
import { type BusSettingsProblem, busIdentitySettings, busServerPattern, checkBusIdentity } from "@portcullis/bus-access/settings";
import Type from "typebox";

const text = (description: string) => Type.String({ minLength: 1, description });
const port = (default_: number, description: string) => Type.Integer({ minimum: 0, maximum: 65_535, default: default_, description });
const milliseconds = (default_: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 0, maximum, default: default_, description });

/** Settings of the control service. Those below `bus` are named as for a decision service. */
export const controlSchema = Type.Object({
  bus: Type.Object({
    servers: Type.Array(Type.String({ pattern: busServerPattern }), {
      minItems: 1,
      description: "NATS servers (nats://… or tls://…) that hold the revisions",
    }),
    ...busIdentitySettings,
    trustFile: text("keys that may sign revisions, as `portcullis keys` writes them"),
  }),
  keys: Type.Object({
    files: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        "private keys that sign revisions, as `portcullis keys` writes them; none: everything can be read and tried, and nothing published",
    }),
  }),
  control: Type.Object({
    host: Type.String({ minLength: 1, default: "0.0.0.0", description: "address to listen on" }),
    port: port(8446, "port for those who administer (gRPC); 0: any free one"),
    tls: Type.Object({
      certFile: text("the control service's certificate with its chain (PEM)"),
      keyFile: text("private key of the certificate (PEM)"),
      clientCaFile: text("authorities of the client certificates of those who administer (PEM)"),
    }),
    allowedClients: Type.Array(Type.String({ pattern: "^(CN=|DNS:|URI:|IP:).+" }), {
      minItems: 1,
      default: ["CN=portcullis-admin"],
      description: "names (CN=…, DNS:…, URI:…, IP:…) of client certificates that may publish; each revision says which one did",
    }),
    maxBundleBytes: Type.Integer({
      minimum: 1_024,
      maximum: 285_212_672,
      default: 67_108_864,
      description: "size of the largest folder that is taken, encoded; it is held in memory several times while it is checked",
    }),
    uploadTimeoutMs: milliseconds(120_000, 3_600_000, "how long an upload may take"),
    drainDelayMs: milliseconds(1_000, 600_000, "on SIGTERM: how long new calls are still taken"),
    drainTimeoutMs: milliseconds(30_000, 600_000, "then: how long a publication has to end before it is cut"),
  }),
  admin: Type.Object({
    host: Type.String({ minLength: 1, default: "127.0.0.1", description: "address of /livez, /readyz and /metrics" }),
    port: port(8447, "port of /livez, /readyz and /metrics (HTTP); 0: any free one"),
  }),
  logLevel: Type.Enum(["fatal", "error", "warn", "info", "debug", "silent"], {
    default: "info",
    description: "least severe log line that is written (JSON, to standard output); operations are logged at info",
  }),
});

export type ControlConfig = Type.Static<typeof controlSchema>;

/** Rules over several settings, for `loadConfig`. */
export function checkControlConfig({ bus }: ControlConfig): readonly BusSettingsProblem[] {
  return checkBusIdentity(bus);
}
