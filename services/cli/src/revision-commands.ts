import { busOptions, controlOptions, keyOption, publisherOption, trustOption } from "./bus-options.ts";
import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from "./command-definition.ts";
import { outputOption } from "./output-option.ts";

const reading: readonly OptionDefinition[] = [trustOption, ...busOptions, ...controlOptions, outputOption];

const publishing: readonly OptionDefinition[] = [
  { flags: "--dry-run", description: "check, compare and sign, but write nothing" },
  { flags: "--base <revision>", description: "publish only if this is the newest one; none: only the first" },
  { flags: "--force", description: "also what is in force already, and into a log that only strangers have written to" },
  { flags: "--timeout <seconds>", description: "until then it has to be known what became of it", defaultValue: "60" },
  { flags: "--wait", description: "then follow the rollout, like `rollout status --wait`" },
  { flags: "--wait-timeout <seconds>", description: "how long, at most", defaultValue: "600" },
  keyOption,
  publisherOption,
  ...reading,
];

const revision: ArgumentDefinition = {
  syntax: "[revision]",
  description: "7, 2/7 (epoch 2), default/2/7 or newest; without: newest",
};

const publish: CommandDefinition = {
  name: "publish",
  summary: "check policies, sign them, and publish them to every replica",
  description: [
    "Compiles, lints and attacks the policies, runs the decision cases among them, and shows what changes against what clusters",
    "hold now; then signs and publishes, without asking. Exit status: 0 published, or in force already; 1 refused for what is named,",
    "or somebody else published first (with --wait also: a replica refused it, or time is up); 2 no answer. Where the answer was",
    "lost, it looks in the log until it knows; where it cannot know, it says so, and publishing again is safe.",
  ].join(" "),
  arguments: [{ syntax: "[path...]", description: "policy files and folders" }],
  options: [
    {
      flags: "--audience <globs>",
      isRepeatable: true,
      description: "clusters it is for, with commas; * stands for any characters (default: all)",
    },
    { flags: "--widen [revision]", description: "in place of PATH: what this revision holds, for more clusters (default: the newest)" },
    { flags: "--accept-holes", description: "although allow patterns admit images that strangers can put there" },
    { flags: "--new-epoch [number]", description: "begin a new epoch: after a restore, or to leave revisions out" },
    { flags: "--continues <position>", description: "the revision a new epoch comes after, as 2/7@sha256:… (default: the newest)" },
    ...publishing,
  ],
  examples: [
    { command: "portcullis publish policies/ --bus nats://hub:4222 --dry-run", note: "what would change?" },
    { command: "portcullis publish policies/ --bus nats://hub:4222 --wait", note: "to all clusters, until every replica serves it" },
    { command: "portcullis publish policies/ --audience canary --bus nats://hub:4222", note: "the first wave" },
    { command: "portcullis publish --widen --audience '*' --bus nats://hub:4222", note: "the last wave: the same policies for all" },
  ],
  load: async () => (await import("./commands/publish.ts")).publish,
};

const rollback: CommandDefinition = {
  name: "rollback",
  summary: "bring earlier policies back, as a new revision",
  description: [
    "Revisions only ever rise, so that no replica takes an old one for news: what comes back is published anew. Without --to: the",
    "newest revision before whose policies differ. For the clusters that the newest revision is for, unless --audience says otherwise.",
    "Exit status as for `publish`.",
  ].join(" "),
  arguments: [],
  options: [
    { flags: "--to <revision>", description: "the revision whose policies come back, of the newest epoch: 7, 2/7 or default/2/7" },
    { flags: "--audience <globs>", isRepeatable: true, description: "clusters it is for (default: those of the newest revision)" },
    ...publishing,
  ],
  examples: [
    { command: "portcullis rollback --bus nats://hub:4222 --wait", note: "undo the last change" },
    { command: "portcullis rollback --to 7 --bus nats://hub:4222 --dry-run", note: "what would change?" },
  ],
  load: async () => (await import("./commands/rollback.ts")).rollback,
};

const list: CommandDefinition = {
  name: "revisions list",
  summary: "list what was published",
  description: [
    "Verifies the whole log, newest revision first; then every entry that is none, which replicas leave out too.",
    "Exit status: 0, or 1 where an entry is there that no accident explains, 2 no answer.",
  ].join(" "),
  arguments: [],
  options: [{ flags: "--limit <number>", description: "as many, the newest", defaultValue: "20" }, ...reading],
  examples: [{ command: "portcullis revisions list --bus nats://hub:4222", note: "the newest 20" }],
  load: async () => (await import("./commands/revisions-list.ts")).revisionsList,
};

const show: CommandDefinition = {
  name: "revisions show",
  summary: "show one revision, and the files it holds",
  description: "Exit status: 0, 2 no answer.",
  arguments: [revision],
  options: [{ flags: "--file <path>", description: "print this file of it, and nothing else" }, ...reading],
  examples: [
    { command: "portcullis revisions show 7 --bus nats://hub:4222", note: "who published what, when, for whom" },
    { command: "portcullis revisions show 7 --file policies.yaml --bus nats://hub:4222", note: "a file as it was published" },
  ],
  load: async () => (await import("./commands/revisions-show.ts")).revisionsShow,
};

const diff: CommandDefinition = {
  name: "revisions diff",
  summary: "say what differs between two revisions, by meaning",
  description:
    "Comments, order and the file a policy stands in make no difference. Exit status: 0 whether they differ or not, 2 no answer.",
  arguments: [
    { syntax: "<before>", description: "a revision: 7, 2/7 or default/2/7" },
    { syntax: "[after]", description: "another one; without: the newest" },
  ],
  options: reading,
  examples: [{ command: "portcullis revisions diff 6 7 --bus nats://hub:4222", note: "what did revision 7 change?" }],
  load: async () => (await import("./commands/revisions-diff.ts")).revisionsDiff,
};

const status: CommandDefinition = {
  name: "rollout status",
  summary: "say who serves a revision, and from when on nothing can contradict it",
  description: [
    "With --wait it follows each replica until all said that they serve the revision (all-acked), or that is proven by time for",
    "those that are silent (fenced), or one refused it (nacked), or time is up (timed-out). Old answers live on for a while: in",
    "force is the last apply + what front-ends keep + the longest review + the allowTTL of that cluster's API server; unknown where",
    "a cluster never said its allowTTL. Exit status: 0 all-acked or fenced, 1 not (yet), 2 no answer. With --output json: one object",
    "per change; the last one has an end.",
  ].join(" "),
  arguments: [revision],
  options: [
    { flags: "--wait", description: "until an end" },
    { flags: "--timeout <seconds>", description: "with --wait: how long, at most", defaultValue: "600" },
    {
      flags: "--expect <cluster/replica>",
      isRepeatable: true,
      description: "replicas that must take part, also where they never reported",
    },
    {
      flags: "--gone <cluster/replica>",
      isRepeatable: true,
      description: "replicas that are known to be gone: what they said last does not count",
    },
    ...reading,
  ],
  examples: [
    { command: "portcullis rollout status --bus nats://hub:4222", note: "how the newest revision stands" },
    { command: "portcullis rollout status 7 --wait --timeout 120 --bus nats://hub:4222", note: "until it is in force" },
  ],
  load: async () => (await import("./commands/rollout-status.ts")).rolloutStatus,
};

const timeline: CommandDefinition = {
  name: "rollout timeline",
  summary: "say when a revision was published, applied by each replica, and in force in each cluster",
  description: "By the clocks of those who say so: for reading, never a proof. Exit status: 0, 2 no answer.",
  arguments: [revision],
  options: reading,
  examples: [{ command: "portcullis rollout timeline 7 --bus nats://hub:4222 --output json", note: "for programs" }],
  load: async () => (await import("./commands/rollout-timeline.ts")).rolloutTimeline,
};

const fleet: CommandDefinition = {
  name: "fleet",
  summary: "show each cluster and replica: what it serves, what it should, and how fresh that is",
  description: [
    "Everybody who reported within the last day. Exit status: 0 each replica serves its target and is not expired, 1 not, or there",
    "is none, 2 no answer. With --output json: one object per replica.",
  ].join(" "),
  arguments: [],
  options: reading,
  examples: [{ command: "portcullis fleet --bus nats://hub:4222", note: "a table" }],
  load: async () => (await import("./commands/fleet.ts")).fleet,
};

export const revisionCommands: readonly CommandDefinition[] = [publish, rollback, list, show, diff, status, timeline, fleet];
