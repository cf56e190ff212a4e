import {
  inboxOf,
  isInHubAccount,
  type NatsPart,
  natsParts,
  type PartRights,
  type RightsPlan,
  rightsOf,
  type ServedCluster,
  toNameToken,
} from "./server-parts.ts";

/** Values as nats-server's configuration writes them, which takes JSON. */
export type ConfigValue = string | number | boolean | readonly ConfigValue[] | { readonly [name: string]: ConfigValue };
export type ConfigObject = { readonly [name: string]: ConfigValue };

/** The public key of a part, by its name. */
export type KeyOf = (part: string) => string;

/** Holds the streams. Nobody is in it but who creates and fills them. */
const hubAccount = "PORTCULLIS";
/**
 * Apart from the streams although it only reads: a server answers to whatever subject a request names, and where the streams
 * are, the answer to an observer's harmless question would be stored as a revision if it asked for it to be sent there.
 */
const observerAccount = "OBSERVERS";
const systemAccount = "SYS";

/** The account of a cluster: the same name at the hub and at its leaf. */
export function accountOf({ name }: ServedCluster): string {
  return `CLUSTER_${toNameToken(name)}`;
}

/** Accounts of the hub's servers. Whatever a cluster's account does not import does not exist in it, whoever connects. */
export function hubAccounts(plan: RightsPlan, keyOf: KeyOf): ConfigObject {
  const parts = natsParts(plan);
  const outside = new Map<string, readonly NatsPart[]>([
    [observerAccount, parts.filter(({ kind }) => kind === "observer")],
    ...plan.clusters.map((cluster) => [accountOf(cluster), parts.filter((part) => isAtHub(part) && isOf(part, cluster))] as const),
  ]);
  const imports = new Map([...outside].map(([account, members]) => [account, joinRights(members, plan)]));
  return {
    system_account: systemAccount,
    accounts: {
      [hubAccount]: {
        jetstream: "enabled",
        users: parts.filter(isInHubAccount).map((part) => toUser(part, plan, keyOf)),
        mappings: { [`${domainApi(plan)}>`]: `${streamsApi}>` },
        exports: toExports(imports, plan),
      },
      ...Object.fromEntries([...outside].map(([account, members]) => [account, toImporter(members, { plan, keyOf, imports, account })])),
      [systemAccount]: { users: parts.filter(({ kind }) => kind === "monitor").map((part) => toUser(part, plan, keyOf)) },
    },
  };
}

/** Accounts of a cluster's leaf node. Its connection to the hub ends in the account of the cluster there, with the rights of that. */
export function leafAccounts(cluster: ServedCluster, plan: RightsPlan, keyOf: KeyOf): ConfigObject {
  const parts = natsParts(plan);
  const replicas = parts.filter((part) => part.kind === "replica" && isOf(part, cluster));
  return {
    system_account: systemAccount,
    accounts: {
      [accountOf(cluster)]: { users: replicas.map((part) => toUser(part, plan, keyOf)) },
      [systemAccount]: { users: parts.filter(({ kind }) => kind === "monitor").map((part) => toUser(part, plan, keyOf)) },
    },
  };
}

/** Replicas behind a leaf are users of the leaf. */
function isAtHub(part: NatsPart): boolean {
  return part.kind !== "replica" || !part.cluster.hasLeaf;
}

function isOf(part: NatsPart, cluster: ServedCluster): boolean {
  return "cluster" in part && part.cluster.name === cluster.name;
}

interface Importing {
  readonly plan: RightsPlan;
  readonly keyOf: KeyOf;
  readonly imports: ReadonlyMap<string, PartRights>;
  readonly account: string;
}

function toImporter(members: readonly NatsPart[], { plan, keyOf, imports, account }: Importing): ConfigObject {
  // Leaf nodes are users of their port.
  const users = members.filter(({ kind }) => kind !== "leaf");
  const { publish, subscribe } = imports.get(account) ?? { publish: [], subscribe: [] };
  return {
    users: users.map((part) => toUser(part, plan, keyOf)),
    imports: [
      ...publish.map((subject) => ({ service: { account: hubAccount, subject: withoutDomain(subject, plan) }, to: subject })),
      ...subscribe.map((subject) => ({ stream: { account: hubAccount, subject } })),
    ],
  };
}

function toExports(imports: ReadonlyMap<string, PartRights>, plan: RightsPlan): readonly ConfigValue[] {
  const exported = (kind: "service" | "stream", subjectsOf: (rights: PartRights) => readonly string[]) => {
    const uses = [...imports].flatMap(([account, rights]) => subjectsOf(rights).map((subject) => ({ account, subject })));
    return [...Map.groupBy(uses, ({ subject }) => subject)].map(([subject, users]) => ({
      [kind]: withoutDomain(subject, plan),
      accounts: users.map(({ account }) => account),
    }));
  };
  return [...exported("service", ({ publish }) => publish), ...exported("stream", ({ subscribe }) => subscribe)];
}

function joinRights(members: readonly NatsPart[], plan: RightsPlan): PartRights {
  const rights = members.map((part) => rightsOf(part, plan));
  return {
    publish: withoutCovered(rights.flatMap(({ publish }) => publish)),
    subscribe: withoutCovered(rights.flatMap(({ subscribe }) => subscribe)),
  };
}

/** Each subject once, and none that one of the others covers: two imports of a message would deliver it twice. */
function withoutCovered(subjects: readonly string[]): readonly string[] {
  const distinct = [...new Set(subjects)];
  return distinct.filter((subject) => !distinct.some((other) => other !== subject && covers(other, subject)));
}

function covers(pattern: string, subject: string): boolean {
  const [patternTokens, tokens] = [pattern.split("."), subject.split(".")];
  return patternTokens.length === tokens.length && patternTokens.every((token, index) => token === "*" || token === tokens[index]);
}

function toUser(part: NatsPart, plan: RightsPlan, keyOf: KeyOf): ConfigObject {
  const nkey = keyOf(part.name);
  const { publish, subscribe } = rightsOf(part, plan);
  return {
    nkey,
    allowed_connection_types: ["STANDARD"],
    permissions: { publish: { allow: publish }, subscribe: { allow: [...subscribe, inboxOf(nkey)] } },
  };
}

const streamsApi = "$JS.API.";

/**
 * No server has this domain. Under the plain name the system's own import answers too, that the account has no JetStream; and a
 * server maps its own domain to the plain name in every account.
 */
function domainApi({ domain = "hub" }: RightsPlan): string {
  return `$JS.${domain}.API.`;
}

function withoutDomain(subject: string, plan: RightsPlan): string {
  const prefix = domainApi(plan);
  return subject.startsWith(prefix) ? `${streamsApi}${subject.slice(prefix.length)}` : subject;
}
