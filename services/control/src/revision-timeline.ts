import { namesCluster } from "@portcullis/policy";
import { oldAnswersOf, type PublishedRevision, type ReplicaStatus, type RevisionNack, type UnknownBound } from "@portcullis/policy-bus";
import { isAtOrAfter, isSameToken } from "./same-token.ts";

/** When what happened to a revision, by the wall clocks of those who say so: for reading, never for proofs. */
export interface RevisionTimeline {
  readonly revision: PublishedRevision;
  /** ISO 8601. */
  readonly publishedAt: string;
  /** The latest of its clusters'. Null where one is not known, or there is none. */
  readonly inForceAt: string | null;
  /** The clusters of the audience that have replicas, ordered by name. */
  readonly clusters: readonly ClusterTimeline[];
}

export interface ClusterTimeline {
  readonly cluster: string;
  /** Last apply, front-end cache, longest review and `allowTTL`. Null where a replica has not applied it, or a bound is unknown. */
  readonly inForceAt: string | null;
  readonly unknown: readonly UnknownBound[];
  /** Ordered by name. */
  readonly replicas: readonly ReplicaTimeline[];
}

export interface ReplicaTimeline {
  readonly replica: string;
  /** ISO 8601. Null: neither it nor a later one is applied, or the replica no longer says when. */
  readonly appliedAt: string | null;
  /** It went on to a later revision without this one: then `appliedAt` is that one's. */
  readonly isSuperseded: boolean;
  /** Null: it did not refuse it. */
  readonly nack: RevisionNack | null;
}

/** Puts together what is written in a revision and what replicas report of it. */
export function toTimeline(revision: PublishedRevision, statuses: readonly ReplicaStatus[]): RevisionTimeline {
  const { audience, publishedAt } = revision.manifest;
  const concerned = statuses.filter(({ cluster }) => namesCluster(audience, cluster));
  const clusters = [...Map.groupBy(concerned, ({ cluster }) => cluster)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([cluster, members]) => toCluster(cluster, members, revision));
  return { revision, publishedAt, inForceAt: latestOf(clusters.map(({ inForceAt }) => inForceAt)), clusters };
}

function toCluster(cluster: string, statuses: readonly ReplicaStatus[], revision: PublishedRevision): ClusterTimeline {
  const replicas = statuses.map((status) => toReplica(status, revision)).toSorted((a, b) => (a.replica < b.replica ? -1 : 1));
  const { unknown, lastMs } = oldAnswersOf(statuses);
  const lastApply = latestOf(replicas.map(({ appliedAt }) => appliedAt));
  const inForceAt = lastApply === null || lastMs === undefined ? null : new Date(Date.parse(lastApply) + lastMs).toISOString();
  return { cluster, inForceAt, unknown, replicas };
}

function toReplica(status: ReplicaStatus, { token, manifest }: PublishedRevision): ReplicaTimeline {
  const { replica, applied, appliedDigest, appliedAt, nacks } = status;
  const nack = nacks.find((each) => isSameToken(each.token, token)) ?? null;
  // Another bundle by that number is of a log that was lost.
  const isOther = applied !== null && isSameToken(applied, token) && appliedDigest !== manifest.bundle.digest;
  const isApplied = applied !== null && isAtOrAfter(applied, token) && !isOther;
  // Of what it still remembers, the first that is this revision or a later one.
  const first = appliedAt.find((each) => isAtOrAfter(each.token, token));
  if (!isApplied || first === undefined) return { replica, appliedAt: null, isSuperseded: false, nack };
  return { replica, appliedAt: toInstant(first.at), isSuperseded: !isSameToken(first.token, token), nack };
}

/** Null where one is null, and where there is none. */
function latestOf(instants: readonly (string | null)[]): string | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length === 0 || known.length < instants.length ? null : known.reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b));
}

/** What a replica writes of its clock may be anything. */
function toInstant(text: string): string | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
