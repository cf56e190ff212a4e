import { RevisionLogError } from "../revision-log-error.ts";
import { inboxPrefixOf } from "./nats-identity.ts";
import { planStreams, type StreamPlan, toSubjectToken } from "./stream-plan.ts";

/** One cluster as the servers know it. */
export interface ServedCluster {
  readonly name: string;
  /** One credential for each of these, which may report as this replica only. Default: one for all, as any replica of the cluster. */
  readonly replicas?: readonly string[];
  /** Its replicas connect to a leaf node of its own, instead of the hub. */
  readonly hasLeaf: boolean;
}

/** What the rights depend on. */
export interface RightsPlan {
  /** Default `default`. */
  readonly policySet?: string;
  /** The JetStream domain that every part names, at the hub and behind a leaf. Default `hub`. */
  readonly domain?: string;
  readonly clusters: readonly ServedCluster[];
}

/**
 * Who connects with a credential of its own. `setup`: creates the streams, once. `publisher`: the
 * command line and the control service. `observer`: whoever watches
 * rollouts and the fleet. `monitor`: reads what servers say of themselves. `leaf`: the leaf node of a cluster. `route`: hub servers
 * among each other.
 */
export type NatsPart =
  | { readonly kind: "setup" | "publisher" | "observer" | "monitor" | "route"; readonly name: string }
  | { readonly kind: "leaf"; readonly name: string; readonly cluster: ServedCluster }
  | { readonly kind: "replica"; readonly name: string; readonly cluster: ServedCluster; readonly replica?: string };

/** Subjects that a user may publish to and subscribe to, besides its own inbox. */
export interface PartRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Every part of a plan; `name` is unique among them, and fit for a file. Throws `bus-name-invalid` on names that are one account. */
export function natsParts({ clusters }: RightsPlan): readonly NatsPart[] {
  assertDifferent(clusters.map(({ name }) => name));
  return [
    ...(["setup", "publisher", "observer", "monitor", "route"] as const).map((kind) => ({ kind, name: kind })),
    ...clusters.flatMap((cluster) => partsOfCluster(cluster)),
  ];
}

function partsOfCluster(cluster: ServedCluster): readonly NatsPart[] {
  const token = toNameToken(cluster.name);
  const leaf: readonly NatsPart[] = cluster.hasLeaf ? [{ kind: "leaf", name: `leaf.${token}`, cluster }] : [];
  if (cluster.replicas === undefined) return [...leaf, { kind: "replica", name: `replica.${token}`, cluster }];
  assertDifferent(cluster.replicas);
  const replicas = cluster.replicas.map((replica): NatsPart => {
    return { kind: "replica", name: `replica.${token}.${toNameToken(replica)}`, cluster, replica };
  });
  return [...leaf, ...replicas];
}

function assertDifferent(names: readonly string[]): void {
  const bad = names.find((name, index) => name === "" || names.indexOf(name) !== index);
  if (bad !== undefined) throw new RevisionLogError("bus-name-invalid", `"${bad}" names two of the same kind, or none; name each once`);
}

/** The least that each part needs. Where a part is absent here, it has no right to any subject of ours. */
export function rightsOf(part: NatsPart, { policySet = "default", domain = "hub" }: RightsPlan): PartRights {
  const plan = planStreams(policySet);
  const { policy, bundles, status } = plan;
  // Where the streams are, the domain is mapped away before rights are looked at. In other accounts it is what is imported.
  const api = isInHubAccount(part) ? "$JS.API.STREAM" : `$JS.${domain}.API.STREAM`;
  const look = (stream: string) => [`${api}.MSG.GET.${stream}`, `${api}.INFO.${stream}`];
  const everyStream = [policy.stream, bundles.stream, status.stream];
  const everyReport = `${status.news}.*.*`;
  switch (part.kind) {
    case "setup":
      return { publish: everyStream.flatMap((stream) => [`${api}.INFO.${stream}`, `${api}.CREATE.${stream}`]), subscribe: [] };
    case "publisher":
      return {
        publish: [policy.subject, `${bundles.subjects}.*.*`, ...everyStream.flatMap(look)],
        subscribe: [policy.news, everyReport],
      };
    case "observer":
      return { publish: everyStream.flatMap(look), subscribe: [policy.news, everyReport] };
    case "replica":
    case "leaf":
      return {
        publish: [...look(policy.stream), ...look(bundles.stream), statusOf(plan, part)],
        subscribe: [policy.news],
      };
    case "monitor":
      return { publish: monitorRequests.map((what) => `$SYS.REQ.SERVER.PING${what}`), subscribe: [] };
    case "route":
      return { publish: [], subscribe: [] };
  }
}

/** A name as part of names of accounts and files. Servers take a `%` in an account's name for a verb when they log it. */
export function toNameToken(name: string): string {
  return toSubjectToken(name).replaceAll("%", "=");
}

/** Whether a part is a user of the account that holds the streams. */
export function isInHubAccount({ kind }: NatsPart): boolean {
  return kind === "setup" || kind === "publisher";
}

/** Where a user takes answers. */
export function inboxOf(user: string): string {
  return `${inboxPrefixOf(user)}.>`;
}

/** Only what looks: `RELOAD`, `LDM`, `KICK` and `PROFILEZ` are asked for below the same prefix. */
const monitorRequests = ["", ".STATSZ", ".VARZ", ".HEALTHZ", ".JSZ", ".CONNZ", ".LEAFZ", ".ROUTEZ", ".ACCOUNTZ"];

function statusOf({ status }: StreamPlan, part: NatsPart & { readonly kind: "replica" | "leaf" }): string {
  const replica = part.kind === "replica" && part.replica !== undefined ? toSubjectToken(part.replica) : "*";
  return `${status.subjects}.${toSubjectToken(part.cluster.name)}.${replica}`;
}
