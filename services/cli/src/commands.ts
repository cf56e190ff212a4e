import { busCommands } from "./bus-commands.ts";
import type { CommandDefinition } from "./command-definition.ts";
import { keyCommands } from "./key-commands.ts";
import { natsCommands } from "./nats-commands.ts";
import { outputOption as output } from "./output-option.ts";
import { revisionCommands } from "./revision-commands.ts";

const serve: CommandDefinition = {
  name: "serve",
  summary: "serve decisions from a folder of policies: webhook and decision service in one process",
  description: [
    "Makes development certificates, loads the policies, serves, and says how to ask. The folder is watched: an edit",
    "takes effect at once, and one that does not compile keeps the last good policies. Ctrl-C drains and exits 0.\n\n" +
      "Every option can also stand in the file named by --config (YAML or JSON) or in the environment as PORTCULLIS_….",
  ].join(" "),
  arguments: [],
  options: [{ ...output, description: "text for people; json: one object with the addresses, once ready" }],
  loadOptions: async () => (await import("./serve-options.ts")).serveOptions(),
  examples: [
    { command: "portcullis serve", note: "with the example policies" },
    { command: "portcullis serve --policies ./policies --webhook-port 9443", note: "with your own" },
    { command: "portcullis serve --webhook-port 0 --decision-port 0 --admin-port 0 --output json", note: "on any free port, for programs" },
  ],
  load: async () => (await import("./commands/serve.ts")).serve,
};

const decide: CommandDefinition = {
  name: "decide",
  summary: "judge objects and reviews by policies, offline",
  description: [
    "Reads Kubernetes objects, AdmissionReviews and ImageReviews (YAML or JSON, several documents, kind List) and",
    "answers each. Exit status: 0 all allowed, 1 at least one denied, 2 no answer.",
  ].join(" "),
  arguments: [],
  options: [
    { flags: "-p, --policies <path...>", description: "policy files and folders", isRequired: true },
    { flags: "-f, --file <file>", description: "the documents to judge; - is standard input", isRequired: true },
    { flags: "--cluster <name>", description: "cluster of documents that do not say", defaultValue: "default" },
    { flags: "--namespace <name>", description: "namespace of documents that do not say", defaultValue: "default" },
    {
      flags: "--operation <name>",
      description: "operation of documents that do not say",
      choices: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
      defaultValue: "CREATE",
    },
    output,
  ],
  examples: [
    { command: "portcullis decide --policies policies/ --file deployment.yaml", note: "what would the cluster say?" },
    {
      command: "kubectl get pods -A -o yaml | portcullis decide -p policies/ -f - --output json",
      note: "judge what runs",
    },
  ],
  load: async () => (await import("./commands/decide.ts")).decide,
};

const imageParse: CommandDefinition = {
  name: "image parse",
  summary: "show what a container runtime reads in an image reference",
  description: [
    "With - (or without arguments) reads one JSON string per line and answers each with one line of JSON.",
    "Exit status: 0 all are references, 1 at least one is none, 2 no answer, such as a line that is no JSON string.",
  ].join(" "),
  arguments: [{ syntax: "[ref...]", description: "image references, or - for standard input" }],
  options: [output],
  examples: [
    { command: "portcullis image parse nginx", note: "docker.io/library/nginx" },
    { command: `echo '"nginx:1.25"' | portcullis image parse -`, note: "for programs" },
  ],
  load: async () => (await import("./commands/image-parse.ts")).imageParse,
};

const imageMatch: CommandDefinition = {
  name: "image match",
  summary: "explain why a pattern matches a reference, or does not",
  description: "Exit status: 0 all match, 1 at least one does not, 2 no answer (the pattern is none).",
  arguments: [
    { syntax: "<pattern>", description: "a pattern as policies write it" },
    { syntax: "<ref...>", description: "image references" },
  ],
  options: [
    {
      flags: "--as <mode>",
      description: "allow: only the canonical spelling matches; deny: every spelling that could reach the same place",
      choices: ["allow", "deny"],
      defaultValue: "allow",
    },
    output,
  ],
  examples: [
    { command: "portcullis image match 'registry.internal/**' registry.internal/team/app:1", note: "matches" },
    { command: "portcullis image match --as deny nginx index.docker.io:443/nginx", note: "a deny sees through spellings" },
  ],
  load: async () => (await import("./commands/image-match.ts")).imageMatch,
};

const check: CommandDefinition = {
  name: "check",
  summary: "compile, lint and attack policies",
  description: [
    "Names every mistake with file, line and field; then, for each allow pattern that leaves room, a foreign reference",
    "that it would admit (a hole where strangers can put one there); then what is probably not meant. Without PATH: the",
    "example policies. Exit status: 0 no mistakes and no holes, 1 at least one, 2 no answer. Advice changes none.",
  ].join(" "),
  arguments: [{ syntax: "[path...]", description: "policy files and folders" }],
  options: [output],
  examples: [{ command: "portcullis check policies/", note: "before they are merged" }],
  load: async () => (await import("./commands/check.ts")).check,
};

const test: CommandDefinition = {
  name: "test",
  summary: "run decision cases: policies, a workload and the verdict to expect, as data",
  description: "Exit status: 0 all pass, 1 at least one fails, 2 no answer (a file that cannot be read).",
  arguments: [{ syntax: "[path...]", description: "files and folders of cases; without: test/decisions" }],
  options: [output],
  examples: [{ command: "portcullis test test/decisions", note: "every case below a folder" }],
  load: async () => (await import("./commands/test.ts")).test,
};

const completion: CommandDefinition = {
  name: "completion",
  summary: "print a completion script for a shell",
  description: "",
  arguments: [{ syntax: "<shell>", description: "bash, zsh or fish" }],
  options: [],
  examples: [
    { command: "source <(portcullis completion bash)", note: "bash, this session" },
    { command: 'portcullis completion zsh > "$' + '{fpath[1]}/_portcullis"', note: "zsh" },
    { command: "portcullis completion fish > ~/.config/fish/completions/portcullis.fish", note: "fish" },
  ],
  load: async () => (await import("./commands/completion.ts")).completion,
};

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  serve,
  decide,
  imageParse,
  imageMatch,
  check,
  test,
  ...revisionCommands,
  ...keyCommands,
  ...busCommands,
  ...natsCommands,
  completion,
];

/** Groups of commands whose names are two words. */
export const commandGroups: Readonly<Record<string, string>> = {
  image: "image references and patterns",
  revisions: "what was published",
  rollout: "how a revision comes into force",
  keys: "who may publish",
  nats: "the NATS servers themselves",
  bus: "the NATS streams that revisions travel on",
};
