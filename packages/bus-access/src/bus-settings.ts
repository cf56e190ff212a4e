/** How a service reaches the bus, as settings: a door that loads no NATS. */
import Type from "typebox";

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** Addresses of NATS servers. */
export const busServerPattern = "^(nats|tls)://[^@]+$";

/** Settings below `bus` that whoever connects needs beside `bus.servers`. */
export const busIdentitySettings = {
  policySet: Type.String({
    pattern: "^[a-z0-9-]{1,64}$",
    default: "default",
    description: "which set of policies: lower-case letters, digits and dashes",
  }),
  domain: text("JetStream domain of the hub, where the servers are a leaf of it"),
  tls: Type.Object({
    caFile: text("authorities of the NATS servers' certificates (PEM); unset: those of the system"),
    certFile: text("client certificate for the NATS servers (PEM)"),
    keyFile: text("private key of the client certificate (PEM)"),
  }),
  nkeyFile: text("seed of the NATS user's nkey, as `portcullis nats config` writes it"),
  credentialsFile: text("credentials for the NATS servers (.creds)"),
  user: text("user at the NATS servers"),
  passwordFile: text("file that holds the user's password"),
};

const identity = Type.Object(busIdentitySettings);

/** What `busIdentitySettings` come to. */
export type BusIdentity = Type.Static<typeof identity>;

export interface BusSettingsProblem {
  readonly key: string;
  readonly message: string;
}

/** Rules over several of them, for `loadConfig`. */
export function checkBusIdentity({ tls, user, passwordFile, nkeyFile, credentialsFile }: BusIdentity): readonly BusSettingsProblem[] {
  const problems: BusSettingsProblem[] = [];
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    problems.push({ key: "bus.tls.certFile", message: "goes with `bus.tls.keyFile`: set both or none" });
  }
  if ((user === undefined) !== (passwordFile === undefined)) {
    problems.push({ key: "bus.user", message: "goes with `bus.passwordFile`: set both or none" });
  }
  if ([nkeyFile, credentialsFile, user].filter((each) => each !== undefined).length > 1) {
    problems.push({ key: "bus.user", message: "is one of several identities; keep one of `nkeyFile`, `credentialsFile`, and `user`" });
  }
  return problems;
}
