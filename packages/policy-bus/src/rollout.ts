import { namesCluster, type RevisionToken } from "@portcullis/policy";
import { oldAnswersOf, type UnknownBound } from "./old-answers.ts";
import type { ReplicaName, ReplicaStatus } from "./replica-status.ts";
import { comparePositions } from "./signing/chain.ts";

/** The revision whose way into force is followed. */
export interface RolloutTarget {
  readonly token: RevisionToken;
  readonly audience: readonly string[];
  /** On the observer's monotonic clock: from here on the leader of the log answers with this revision, or a later one. */
  readonly publishedAtMs: number;
  /** Replicas that must take part, also where they never reported. Default: those that report. */
  readonly expected?: readonly ReplicaName[];
  /**
   * The digest of the bundle of a revision in the log. Undefined, or another one: who serves it follows a log that was lost, to which
   * this one does not matter. Default: no report is doubted.
   */
  readonly digestOf?: (token: RevisionToken) => string | undefined;
}

/** What an observer has heard so far; `noteStatus` adds to it. All times are on its own monotonic clock. */
export interface Rollout {
  readonly target: RolloutTarget;
  /** By cluster and replica. */
  readonly heard: Map<string, HeardReplica>;
}

interface HeardReplica {
  readonly status: ReplicaStatus;
  readonly heardAtMs: number;
  /** When it was first heard that it serves the target or what comes after it: it did so before. */
  readonly ackedAtMs?: number;
}

export function startRollout(target: RolloutTarget): Rollout {
  return { target, heard: new Map() };
}

/**
 * Takes in a report, of whatever age and in whatever order; one that is older than what was heard changes nothing. In place, and at the
 * same cost however many were heard: a cluster can report as many replicas as it likes.
 */
export function noteStatus(rollout: Rollout, status: ReplicaStatus, nowMs: number): Rollout {
  const { target, heard } = rollout;
  const key = keyOf(status);
  const before = heard.get(key);
  const isOld = before?.status.instance === status.instance && before.status.sequence >= status.sequence;
  if (isOld || !namesCluster(target.audience, status.cluster)) return rollout;
  // A replica that lost its disk may serve less than before it was started again: what it said once holds no longer.
  const ackedAtMs = hasApplied(status, target) ? (before?.ackedAtMs ?? nowMs) : undefined;
  heard.set(key, { status, heardAtMs: nowMs, ...(ackedAtMs !== undefined && { ackedAtMs }) });
  return rollout;
}

/**
 * Where a replica stands. `acked`: it serves the target or what comes after it. `nacked`: it refused the target, and serves
 * the revision before it. `fenced`: it is silent, and its policy has expired without being served. `pending`: any other.
 */
export const replicaProgress = ["acked", "nacked", "fenced", "pending"] as const;
export type ReplicaProgress = (typeof replicaProgress)[number];

export interface ReplicaRollout extends ReplicaName {
  readonly progress: ReplicaProgress;
  /** From here on it cannot answer by an older policy, but for reviews in flight. Absent unless `acked` or `fenced`. */
  readonly settledAtMs?: number;
  /** When it will be fenced if it stays silent. Absent where time proves nothing: it has no ceiling, serves past it, or was never heard. */
  readonly fencedAtMs?: number;
  /** Absent: it never reported. */
  readonly status?: ReplicaStatus;
}

export interface ClusterRollout {
  readonly cluster: string;
  readonly outcome: RolloutOutcome;
  /** From here on nothing in the cluster can contradict the target. Absent until settled, and where a bound is unknown. */
  readonly inForceAtMs?: number;
  /** Empty where all is known. */
  readonly unknown: readonly UnknownBound[];
  readonly replicas: readonly ReplicaRollout[];
}

/** `all-acked`: every replica said so. `fenced`: so, or proven by time. `nacked`: somebody refused. Without any replica: `pending`. */
export type RolloutOutcome = "all-acked" | "fenced" | "nacked" | "pending";

export interface RolloutView {
  readonly outcome: RolloutOutcome;
  /** When every cluster has it in force. Absent until all are settled, and where one never said what is needed to know. */
  readonly inForceAtMs?: number;
  /** Ordered by name. */
  readonly clusters: readonly ClusterRollout[];
}

/** A leader that was just cut off may take itself for the leader so long. */
const oldLeaderMs = 10_000;

/** Clocks of computers run apart by less than one part in a thousand. */
const clockDrift = 1.001;

/** Pure. Once `all-acked` or `fenced`, it stays so unless a replica that was not known reports, or one that was began anew with less. */
export function rolloutOf({ target, heard }: Rollout, nowMs: number): RolloutView {
  const names = new Map<string, ReplicaName>();
  for (const { cluster, replica } of target.expected ?? []) {
    if (namesCluster(target.audience, cluster)) names.set(keyOf({ cluster, replica }), { cluster, replica });
  }
  for (const [key, { status }] of heard) names.set(key, { cluster: status.cluster, replica: status.replica });
  const replicas = [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { cluster, replica }]) => toReplica({ cluster, replica }, heard.get(key), { target, nowMs }));
  const clusters = [...Map.groupBy(replicas, ({ cluster }) => cluster)].map(([cluster, members]) => toCluster(cluster, members));
  const outcome = outcomeOf(clusters.map((cluster) => cluster.outcome));
  const moments = clusters.map(({ inForceAtMs }) => inForceAtMs).filter((moment) => moment !== undefined);
  const isKnown = moments.length === clusters.length && moments.length > 0;
  return { outcome, ...(isKnown && { inForceAtMs: Math.max(...moments) }), clusters };
}

function toReplica(
  name: ReplicaName,
  heard: HeardReplica | undefined,
  { target, nowMs }: { readonly target: RolloutTarget; readonly nowMs: number },
): ReplicaRollout {
  if (heard === undefined) return { ...name, progress: "pending" };
  const { status, heardAtMs, ackedAtMs } = heard;
  if (ackedAtMs !== undefined) return { ...name, progress: "acked", settledAtMs: ackedAtMs, status };
  if (status.nacks.some(({ token }) => isSame(token, target.token))) return { ...name, progress: "nacked", status };
  const fencedAtMs = fenceOf(status, target);
  if (fencedAtMs === undefined) return { ...name, progress: "pending", status };
  // Its own word counts against the proof: a replica that still calls itself unexpired by then does not keep its ceiling.
  const contradicts = heardAtMs >= fencedAtMs && status.freshness !== "expired";
  if (nowMs < fencedAtMs || contradicts) return { ...name, progress: "pending", fencedAtMs, status };
  return { ...name, progress: "fenced", settledAtMs: fencedAtMs, fencedAtMs, status };
}

/**
 * No read that a leader answered after the publication shows an older head, so that a replica that does not serve the target
 * was last fresh before it, and has expired one ceiling later by its own clock. This holds for replicas that keep what they
 * reported, and serve nothing stored after a restart by their time of day: those that may must report no ceiling.
 */
function fenceOf({ ceilingMs, whenExpired }: ReplicaStatus, { publishedAtMs }: RolloutTarget): number | undefined {
  if (ceilingMs === null || whenExpired === "serve") return undefined;
  return publishedAtMs + oldLeaderMs + Math.ceil(ceilingMs * clockDrift);
}

function toCluster(cluster: string, replicas: readonly ReplicaRollout[]): ClusterRollout {
  const outcome = outcomeOf(replicas.map(({ progress }) => (progress === "acked" ? "all-acked" : progress)));
  const statuses = replicas.map(({ status }) => status).filter((status) => status !== undefined);
  const { lastMs, unknown } = oldAnswersOf(statuses);
  const settled = replicas.map(({ settledAtMs }) => settledAtMs).filter((moment) => moment !== undefined);
  if (settled.length < replicas.length || lastMs === undefined) return { cluster, outcome, unknown, replicas };
  return { cluster, outcome, inForceAtMs: Math.max(...settled) + lastMs, unknown, replicas };
}

function outcomeOf(parts: readonly RolloutOutcome[]): RolloutOutcome {
  if (parts.includes("nacked")) return "nacked";
  if (parts.length === 0 || parts.includes("pending")) return "pending";
  return parts.includes("fenced") ? "fenced" : "all-acked";
}

function hasApplied({ applied, appliedDigest }: ReplicaStatus, { token, digestOf }: RolloutTarget): boolean {
  if (applied === null || applied.lineage !== token.lineage || comparePositions(applied, token) < 0) return false;
  return digestOf === undefined || (appliedDigest !== null && digestOf(applied) === appliedDigest);
}

function isSame(a: RevisionToken, b: RevisionToken): boolean {
  return a.lineage === b.lineage && comparePositions(a, b) === 0;
}

function keyOf({ cluster, replica }: ReplicaName): string {
  return JSON.stringify([cluster, replica]);
}
