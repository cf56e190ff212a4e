import { longName, type OptionDefinition } from "./command-definition.ts";

/** Where revisions travel. Each can also stand in the environment: `--bus-user` as `PORTCULLIS_BUS_USER`. */
export const busOptions: readonly OptionDefinition[] = [
  {
    flags: "--bus <url>",
    isRepeatable: true,
    description:
      "NATS servers, nats://host:port or tls://host:port, with commas or one by one (or PORTCULLIS_BUS, and so for all --bus- options)",
  },
  { flags: "--bus-domain <name>", description: "JetStream domain of the hub, where the servers are a leaf" },
  { flags: "--bus-policy-set <name>", description: 'which set of policies (default: "default")' },
  { flags: "--bus-tls-ca <file>", description: "certificates of the authorities that the servers' certificates come from" },
  { flags: "--bus-tls-cert <file>", description: "client certificate" },
  { flags: "--bus-tls-key <file>", description: "key of the client certificate" },
  { flags: "--bus-nkey <file>", description: "seed of a NATS nkey, as `nats config` writes it" },
  { flags: "--bus-credentials <file>", description: "NATS credentials (.creds)" },
  { flags: "--bus-user <name>", description: "NATS user" },
  { flags: "--bus-password-file <file>", description: "file with that user's password" },
];

/** A control service that is asked in place of the log; it has the trust file and the keys. Likewise in the environment. */
export const controlOptions: readonly OptionDefinition[] = [
  {
    flags: "--control <host:port>",
    description: "ask this control service, in place of --bus, --trust and --key (or PORTCULLIS_CONTROL, and so on)",
  },
  { flags: "--control-tls-ca <file>", description: "certificates of the authorities that its certificate comes from" },
  { flags: "--control-tls-cert <file>", description: "client certificate: who publishes is the name in it" },
  { flags: "--control-tls-key <file>", description: "key of the client certificate" },
  { flags: "--control-server-name <name>", description: "the name in its certificate (default: its host)" },
];

/** The variables that may stand in place of options: `serve` must not take them for settings of its own. */
export const optionVariables: readonly string[] = [...[...busOptions, ...controlOptions].map(longName), "trust", "key", "publisher"].map(
  variableOf,
);

/** `PORTCULLIS_BUS_USER` of `bus-user`. */
export function variableOf(option: string): string {
  return `PORTCULLIS_${option.toUpperCase().replaceAll("-", "_")}`;
}

export const trustOption: OptionDefinition = {
  flags: "--trust <file>",
  description: 'whom replicas believe, as `keys init` writes it (default: "trust.json", or PORTCULLIS_TRUST)',
};

export const keyOption: OptionDefinition = {
  flags: "--key <file>",
  isRepeatable: true,
  description: 'a signing key; several sign together (default: "signing.key", or PORTCULLIS_KEY)',
};

export const publisherOption: OptionDefinition = {
  flags: "--publisher <name>",
  description: "who publishes, for people (default: user and host, or PORTCULLIS_PUBLISHER)",
};

export const defaultTrustFile = "trust.json";
export const defaultKeyFile = "signing.key";
