import type { CommandDefinition } from "./command-definition.ts";
import { outputOption } from "./output-option.ts";

const config: CommandDefinition = {
  name: "nats config",
  summary: "write configuration of NATS servers, with an account per cluster and the least rights of each part",
  description: [
    "Writes a file for each server of the hub and for the leaf node of each cluster, and a credential for each part that connects.",
    "Run again with more clusters, it keeps the credentials that are there. Servers hold public keys of their clients, and hashes of",
    "the passwords of leaf nodes; keep the folder as you keep signing keys.",
  ].join(" "),
  arguments: [],
  options: [
    {
      flags: "--hub <host...>",
      description: "the hub's servers, as others reach them: one, or three that are one cluster",
      isRequired: true,
    },
    {
      flags: "--cluster <name...>",
      description:
        "a cluster, as replicas call it; blue=decision-0,decision-1: a credential for each replica, which may report as itself only",
    },
    { flags: "--leaf <cluster=host...>", description: "a cluster that has a leaf node of its own, and how replicas reach that" },
    { flags: "--out <folder>", description: "where the files are written", defaultValue: "nats" },
    { flags: "--policy-set <name>", description: "which set of policies", defaultValue: "default" },
    { flags: "--domain <name>", description: "what replicas and commands are told as domain of the bus", defaultValue: "hub" },
    {
      flags: "--tls <folder>",
      description: "folder on each server with its tls.crt and tls.key, and the ca.crt of all",
      defaultValue: "/etc/nats/tls",
    },
    { flags: "--plaintext", description: "without TLS: for servers of one machine only" },
    { flags: "--server-release <release>", description: "the oldest that runs", choices: ["2.9", "2.10"], defaultValue: "2.10" },
    { flags: "--store <folder>", description: "folder on the hub's servers for their streams", defaultValue: "/var/lib/nats" },
    { flags: "--bind <address>", description: "the address that servers listen on", defaultValue: "0.0.0.0" },
    { flags: "--client-port <port>", description: "for replicas and commands", defaultValue: "4222" },
    { flags: "--leaf-port <port>", description: "of the hub, for leaf nodes", defaultValue: "7422" },
    { flags: "--route-port <port>", description: "of the hub's servers, for each other", defaultValue: "6222" },
    { flags: "--monitor-port <port>", description: "of 127.0.0.1, for health and metrics of a server", defaultValue: "8222" },
    outputOption,
  ],
  examples: [
    { command: "portcullis nats config --hub hub.example --cluster prod-eu prod-us", note: "replicas connect to the hub" },
    {
      command:
        "portcullis nats config --hub hub-1.example hub-2.example hub-3.example --leaf prod-eu=nats.eu.example --leaf prod-us=nats.us.example",
      note: "three servers, and a leaf node in each cluster",
    },
    { command: "portcullis nats config --hub 127.0.0.1 --bind 127.0.0.1 --plaintext --cluster default", note: "on one machine, to try it" },
  ],
  load: async () => (await import("./commands/nats-config.ts")).natsConfig,
};

export const natsCommands: readonly CommandDefinition[] = [config];
