import { busOptions } from "./bus-options.ts";
import type { CommandDefinition, OptionDefinition } from "./command-definition.ts";
import { outputOption } from "./output-option.ts";

const syncAlways: OptionDefinition = {
  flags: "--sync-always",
  description: "every server has sync_interval: always, which no client can see",
};

const setup: CommandDefinition = {
  name: "bus setup",
  summary: "create the streams that revisions travel on",
  description: [
    "Once per set of policies, before the first `publish`. Streams that are there already stay as they are. Then says what the",
    "servers do not keep although it is counted on, like `bus check`. Exit status: 0 all streams are there, 2 no answer.",
  ].join(" "),
  arguments: [],
  options: [
    {
      flags: "--replicas <number>",
      description: "copies of each stream: 3 in a cluster, 1 on a single server",
      choices: ["1", "3"],
      defaultValue: "3",
    },
    syncAlways,
    ...busOptions,
    outputOption,
  ],
  examples: [
    { command: "portcullis bus setup --bus nats://hub-1:4222,nats://hub-2:4222,nats://hub-3:4222", note: "a cluster" },
    { command: "portcullis bus setup --bus nats://127.0.0.1:4222 --replicas 1", note: "a single server, to try it" },
  ],
  load: async () => (await import("./commands/bus-setup.ts")).busSetup,
};

const check: CommandDefinition = {
  name: "bus check",
  summary: "say what the servers do not keep although revisions count on it",
  description: [
    "Reads back how the streams are set up, and the release and limits of the server. Exit status: 0 nothing is amiss, 1 at least",
    "one weakness, 2 no answer. Revisions are signed and chained: a weakness can lose or delay one, and never forge one.",
  ].join(" "),
  arguments: [],
  options: [syncAlways, ...busOptions, outputOption],
  examples: [{ command: "portcullis bus check --bus nats://hub-1:4222 --sync-always", note: "after every change to the servers" }],
  load: async () => (await import("./commands/bus-check.ts")).busCheck,
};

export const busCommands: readonly CommandDefinition[] = [setup, check];
