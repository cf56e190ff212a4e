import type { ClusterRolloutStatus, ReplicaRolloutStatus, RolloutStatus } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import type { UnknownBound } from "@portcullis/policy-bus";
import { printable } from "./printable.ts";
import { describeSpan } from "./span-words.ts";
import { type Style, styled, type Terminal } from "./terminal.ts";

export interface NamedReplica extends ReplicaRolloutStatus {
  readonly cluster: string;
}

export function namedReplicas({ clusters }: RolloutStatus): readonly NamedReplica[] {
  return clusters.flatMap(({ cluster, replicas }) => replicas.map((replica) => ({ ...replica, cluster })));
}

const progressStyles = { acked: "green", fenced: "green", nacked: "red", pending: "yellow" } as const satisfies Record<string, Style>;

/** One line: where a replica stands, and why. */
export function describeReplica(replica: NamedReplica, { at, revision }: RolloutStatus, terminal: Terminal): string {
  const { cluster, progress, status } = replica;
  const standing = styled(terminal, progressStyles[progress], progress);
  const name = printable(`${cluster}/${replica.replica}`);
  const nack = status?.nacks.find(({ token }) => formatRevision(token) === formatRevision(revision.token));
  const why = progress === "nacked" && nack !== undefined ? `: ${printable(nack.detail)} (${printable(nack.code)})` : "";
  return `${timeOf(at)} ${name} ${standing}: ${describeServed(replica)}${why}\n`;
}

function describeServed({ progress, status, fencedAt }: NamedReplica): string {
  if (status === null) return "never reported";
  const served = status.applied === null ? "serves nothing yet" : `serves ${printable(formatRevision(status.applied))}`;
  if (progress === "fenced") return `silent since ${status.reportedAt}, and expired, so that it serves no older policy`;
  if (progress === "pending" && fencedAt !== null) return `${served}; proven by time at ${fencedAt} if it stays silent`;
  return served;
}

const outcomeWords = {
  "all-acked": "every replica of every cluster said that it serves",
  fenced: "every replica serves, or is proven by time to serve nothing older than,",
  nacked: "a replica refused",
  pending: "not every replica serves",
} as const;

/** The end of a rollout, and from when on nothing can contradict the revision, with what that moment is made of. */
export function describeRollout(status: RolloutStatus, terminal: Terminal): string {
  const { outcome, end, revision, inForceAt, clusters } = status;
  const style: Style = outcome === "all-acked" || outcome === "fenced" ? "green" : "yellow";
  const name = formatRevision(revision.token);
  const word = styled(terminal, outcome === "nacked" ? "red" : style, end ?? outcome);
  const whole =
    clusters.length === 0
      ? `no replica of its clusters has reported; nobody is known to serve ${name}`
      : `${outcomeWords[outcome]} ${name}`;
  const everywhere = inForceAt === null || clusters.length < 2 ? [] : [`in force everywhere from ${inForceAt} on`];
  return `${[`${word}: ${whole}`, ...clusters.map(describeCluster), ...everywhere].join("\n")}\n`;
}

const unknownWords: Readonly<Record<UnknownBound, string>> = {
  "allow-ttl": "its allowTTL (set cluster.allowTtlSeconds on its decision service; 0 where the API server's cache is off)",
  "front-end-cache": "how long its front-ends keep answers",
};

function describeCluster(rollout: ClusterRolloutStatus): string {
  const { outcome, inForceAt, unknown } = rollout;
  const cluster = printable(rollout.cluster);
  if (inForceAt !== null) return `  ${cluster}: in force from ${inForceAt} on: ${describeSum(rollout)}`;
  if (outcome === "nacked" || outcome === "pending") return `  ${cluster}: not in force; its older policy still answers`;
  return `  ${cluster}: in force, from when on is unknown: it never said ${unknown.map((bound) => unknownWords[bound]).join(", nor ")}`;
}

/** Each bound is the largest that a replica of the cluster said. */
function describeSum({ replicas }: ClusterRolloutStatus): string {
  const reports = replicas.map(({ status }) => status).filter((report) => report !== null);
  const largest = (values: readonly (number | null)[]) => Math.max(0, ...values.filter((value) => value !== null));
  const settled = replicas.map(({ settledAt }) => settledAt).filter((moment) => moment !== null);
  return [
    `last apply ${settled.toSorted().at(-1) ?? "unknown"}`,
    `front-end cache ${describeSpan(largest(reports.map(({ frontEndCacheMs }) => frontEndCacheMs)))}`,
    `longest review ${describeSpan(largest(reports.map(({ longestReviewMs }) => longestReviewMs)))}`,
    `allowTTL ${describeSpan(largest(reports.map(({ allowTtlSeconds }) => allowTtlSeconds)) * 1_000)}`,
  ].join(" + ");
}

function timeOf(iso: string): string {
  return iso.slice(11, 19);
}
