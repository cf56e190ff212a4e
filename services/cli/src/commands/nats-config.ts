import { join, resolve } from "node:path";
import {
  type NatsPart,
  natsParts,
  type RightsPlan,
  rightsOf,
  rightsPlanOf,
  type ServerConfigFile,
  type ServerPlace,
  writeServerConfig,
} from "@portcullis/policy-bus/nats-server-config";
import { isJson, type RunCommand, textOption } from "../command-definition.ts";
import { toServerConfigOptions } from "../nats-config-options.ts";
import { type CredentialFile, ensureCredentials, writePrivateFile } from "../nats-credential-files.ts";

/** `portcullis nats config`. */
export const natsConfig: RunCommand = async ({ options }, terminal) => {
  const asked = toServerConfigOptions(options);
  const out = textOption(options, "out") ?? "";
  const folder = resolve(terminal.workingDirectory, out);
  const plan = rightsPlanOf(asked);
  // Names that cannot be told apart are refused before a credential is made for them.
  const parts = natsParts(plan).filter(({ kind }) => kind !== "route" || asked.hub.length > 1);
  writeServerConfig({ ...asked, credentialOf: ({ name }) => name });
  const credentials = await ensureCredentials(parts, join(folder, "credentials"));
  const byName = new Map(credentials.map(({ part, credential }) => [part.name, credential]));
  const files = writeServerConfig({ ...asked, credentialOf: ({ name }) => byName.get(name) ?? "" });
  for (const { name, text } of files) await writePrivateFile(join(folder, name), text);
  const written: Written = { asked, plan, files, credentials, out };
  await terminal.print(isJson(options) ? `${JSON.stringify(toObject(written))}\n` : toText(written));
  return 0;
};

type Asked = ReturnType<typeof toServerConfigOptions>;

interface Written {
  readonly asked: Asked;
  readonly plan: Required<RightsPlan>;
  readonly files: readonly ServerConfigFile[];
  readonly credentials: readonly CredentialFile[];
  readonly out: string;
}

function toText(written: Written): string {
  const { asked, plan, files, credentials, out } = written;
  return [
    "for nats-server, one file for each:",
    ...files.map(({ name }) => `  ${join(out, name)}`),
    "credentials, each for one part and no other:",
    ...credentials.map((one) => `  ${fileIn(out, one)}: ${purposeOf(one.part)}${one.isNew ? "" : " (kept)"}`),
    "what connects, and how:",
    `  to the hub: ${addressesOf(asked.hub, asked)}, domain ${plan.domain}`,
    ...asked.clusters.flatMap(({ name, leaf }) =>
      leaf === undefined ? [] : [`  in ${name}: ${addressesOf([leaf], asked)}, domain ${plan.domain}`],
    ),
    ...remarksOn(written),
    "",
  ].join("\n");
}

function addressesOf(servers: readonly ServerPlace[], { tls }: Asked): string {
  const scheme = tls === undefined ? "nats" : "tls";
  return servers.map(({ host, clientPort }) => `${scheme}://${host}:${clientPort}`).join(",");
}

function remarksOn({ asked }: Written): readonly string[] {
  const isOpen = asked.tls === undefined && asked.hub.some(({ bind }) => bind !== "127.0.0.1");
  return [
    ...(asked.release === "2.9" ? ["release 2.9 does not sync each write: revisions may be lost when the power is, see `bus check`"] : []),
    ...(isOpen ? ["without TLS whoever is on the way can take the place of each part: keep these servers on one machine"] : []),
    "next: start the servers; then `portcullis bus setup`, with its credential as --bus-nkey",
  ];
}

function fileIn(out: string, { file }: CredentialFile): string {
  return join(out, "credentials", file);
}

function purposeOf(part: NatsPart): string {
  switch (part.kind) {
    case "setup":
      return "bus setup and bus check";
    case "publisher":
      return "publish, rollback, keys rotate, and the control service";
    case "observer":
      return "rollout, fleet and revisions, which only look";
    case "monitor":
      return "what servers say of themselves, in the system account";
    case "route":
      return "the hub's servers, for each other; stands in their files";
    case "leaf":
      return `the leaf node of ${part.cluster.name}; stands in its file`;
    case "replica":
      return part.replica === undefined ? `replicas of ${part.cluster.name}` : `replica ${part.replica} of ${part.cluster.name}`;
  }
}

function toObject({ asked, plan, files, credentials, out }: Written): object {
  return {
    domain: plan.domain,
    policySet: plan.policySet,
    servers: files.map(({ name, server }) => ({ file: join(out, name), server })),
    credentials: credentials.map((one) => ({
      part: one.part.name,
      kind: one.part.kind,
      ...("cluster" in one.part && { cluster: one.part.cluster.name }),
      file: fileIn(out, one),
      isNew: one.isNew,
      ...rightsOf(one.part, plan),
    })),
    isPlaintext: asked.tls === undefined,
  };
}
