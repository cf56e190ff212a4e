import { namesCluster, type RevisionToken } from "@portcullis/policy";
import {
  comparePositions,
  type PublishedRevision,
  type ReplicaStatus,
  type RevisionHistory,
  type RevisionNack,
} from "@portcullis/policy-bus";
import { isSameToken } from "./same-token.ts";

/**
 * `current`: it serves its target. `behind`: an older one. `refused`: it refused its target, and serves an older one. `foreign`:
 * what the log does not hold, or does not mean for it. `empty`: it serves none, and refused none.
 */
export const replicaStandings = ["current", "behind", "refused", "foreign", "empty"] as const;
export type ReplicaStanding = (typeof replicaStandings)[number];

/** Who serves which revision. */
export interface Fleet {
  /** ISO 8601, by the observer's clock. */
  readonly at: string;
  readonly newest: RevisionToken | null;
  /** Ordered by name. */
  readonly clusters: readonly FleetCluster[];
}

export interface FleetCluster {
  readonly cluster: string;
  /** The newest revision whose audience names the cluster. Null: none does. */
  readonly target: RevisionToken | null;
  /** Ordered by name. */
  readonly replicas: readonly FleetReplica[];
}

export interface FleetReplica {
  readonly replica: string;
  readonly standing: ReplicaStanding;
  /** Why it refused its target. Null: it did not. */
  readonly nack: RevisionNack | null;
  /** Since its newest report, by the two wall clocks; never negative. */
  readonly silentMs: number;
  /** Its newest report. */
  readonly status: ReplicaStatus;
}

/** What replicas report, beside what each should serve. */
export function toFleet({ revisions }: RevisionHistory, statuses: readonly ReplicaStatus[], wallNow: number): Fleet {
  const clusters = [...Map.groupBy(statuses, ({ cluster }) => cluster)].map(([cluster, members]): FleetCluster => {
    const target = revisions.findLast(({ manifest }) => namesCluster(manifest.audience, cluster));
    const replicas = members.map((status) => toReplica(status, { revisions, target, wallNow }));
    return { cluster, target: target?.token ?? null, replicas: replicas.toSorted(byName(({ replica }) => replica)) };
  });
  return {
    at: new Date(wallNow).toISOString(),
    newest: revisions.at(-1)?.token ?? null,
    clusters: clusters.toSorted(byName(({ cluster }) => cluster)),
  };
}

interface Expectation {
  readonly revisions: readonly PublishedRevision[];
  readonly target: PublishedRevision | undefined;
  readonly wallNow: number;
}

function toReplica(status: ReplicaStatus, expectation: Expectation): FleetReplica {
  const { target, wallNow } = expectation;
  const nack = status.nacks.find(({ token }) => target !== undefined && isSameToken(token, target.token)) ?? null;
  const reportedAt = Date.parse(status.reportedAt);
  return {
    replica: status.replica,
    standing: standingOf(status, nack, expectation),
    nack,
    silentMs: Number.isNaN(reportedAt) ? 0 : Math.max(0, wallNow - reportedAt),
    status,
  };
}

function standingOf(
  { applied, appliedDigest }: ReplicaStatus,
  nack: RevisionNack | null,
  { revisions, target }: Expectation,
): ReplicaStanding {
  if (applied === null) return nack === null ? "empty" : "refused";
  const known = revisions.find(({ token }) => isSameToken(token, applied));
  if (known === undefined || (appliedDigest !== null && appliedDigest !== known.manifest.bundle.digest)) return "foreign";
  if (target === undefined || comparePositions(applied, target.token) > 0) return "foreign";
  if (comparePositions(applied, target.token) === 0) return "current";
  return nack === null ? "behind" : "refused";
}

function byName<T>(nameOf: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (nameOf(a) < nameOf(b) ? -1 : 1);
}
