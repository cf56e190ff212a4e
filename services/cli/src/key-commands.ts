import { busOptions, keyOption, publisherOption, trustOption } from "./bus-options.ts";
import type { CommandDefinition } from "./command-definition.ts";
import { outputOption } from "./output-option.ts";

const init: CommandDefinition = {
  name: "keys init",
  summary: "make a signing key, and the file by which replicas believe it",
  description: [
    "Writes an Ed25519 key that only you may read, and the trust file that every replica is given. Replaces neither.",
    "Whoever has the key can publish policies; the trust file is no secret, but must not be changed by others.",
  ].join(" "),
  arguments: [],
  options: [
    { flags: "--key <file>", description: 'the new signing key (default: "signing.key", or PORTCULLIS_KEY)' },
    { flags: "--trust <file>", description: 'the new trust file (default: "trust.json", or PORTCULLIS_TRUST)' },
    {
      flags: "--lineage <name>",
      description: "what this set of policies is called, for ever: a part of the name of every revision",
      defaultValue: "default",
    },
    outputOption,
  ],
  examples: [
    { command: "portcullis keys init", note: "signing.key and trust.json, here" },
    { command: "portcullis keys init --lineage payments --key payments.key --trust payments-trust.json", note: "a set of its own" },
  ],
  load: async () => (await import("./commands/keys-init.ts")).keysInit,
};

const rotate: CommandDefinition = {
  name: "keys rotate",
  summary: "publish that another key signs from now on",
  description: [
    "Makes the next key and publishes the policies that are in force once more, in a revision that is signed by the current key",
    "and names the next one. Replicas follow by themselves: the trust file stays as it is, since the log leads from its key to the",
    "next. Run again with the same files, it goes on where it was interrupted. Exit status: 0 published, 1 somebody else published",
    "first, 2 no answer.\n\nA key that a thief may have: rotate with --new-trust, give that file to every replica, publish once more.",
  ].join(" "),
  arguments: [],
  options: [
    { ...keyOption, description: 'the current signing key, which the next one replaces (default: "signing.key", or PORTCULLIS_KEY)' },
    { flags: "--next-key <file>", description: "the key to come; made where there is no such file", isRequired: true },
    { flags: "--keep", description: "the next key signs beside the current ones, and not in their place" },
    trustOption,
    { flags: "--new-trust <file>", description: "also write a trust file that begins with the next key, and believes none before" },
    { flags: "--timeout <seconds>", description: "until then it has to be known what became of it", defaultValue: "60" },
    publisherOption,
    ...busOptions,
    outputOption,
  ],
  examples: [
    { command: "portcullis keys rotate --next-key signing-2027.key --bus nats://hub:4222", note: "once a year, say" },
    { command: "portcullis keys rotate --next-key ci.key --keep --bus nats://hub:4222", note: "a second signer" },
  ],
  load: async () => (await import("./commands/keys-rotate.ts")).keysRotate,
};

const show: CommandDefinition = {
  name: "keys show",
  summary: "show which keys there are, and whom replicas and the log believe",
  description:
    "With --bus it also reads the log, and says which keys may sign the next revision. Exit status: 0 a key at hand may sign, 1 none may, 2 no answer.",
  arguments: [],
  options: [keyOption, trustOption, ...busOptions, outputOption],
  examples: [
    { command: "portcullis keys show", note: "the files" },
    { command: "portcullis keys show --bus nats://hub:4222", note: "and whom the log believes now" },
  ],
  load: async () => (await import("./commands/keys-show.ts")).keysShow,
};

export const keyCommands: readonly CommandDefinition[] = [init, rotate, show];
