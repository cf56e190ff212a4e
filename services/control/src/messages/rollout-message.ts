import type { ReplicaProgress, RolloutOutcome, UnknownBound } from "@portcullis/policy-bus";
import {
  UnknownBound as BoundEnum,
  type ClusterRollout,
  RolloutEnd as EndEnum,
  enumTable,
  RolloutOutcome as OutcomeEnum,
  ReplicaProgress as ProgressEnum,
  type ReplicaRollout,
  type WatchRolloutResponse,
} from "@portcullis/wire/policy";
import type { ClusterRolloutStatus, ReplicaRolloutStatus, RolloutEnd, RolloutStatus } from "../rollout-status.ts";
import { fromRevisionMessage, toRevisionMessage } from "./revision-message.ts";
import { fromStatusMessage, toStatusMessage } from "./status-message.ts";
import { orNull } from "./words.ts";

const outcomes = enumTable<RolloutOutcome, OutcomeEnum>({
  pending: OutcomeEnum.ROLLOUT_OUTCOME_PENDING,
  "all-acked": OutcomeEnum.ROLLOUT_OUTCOME_ALL_ACKED,
  fenced: OutcomeEnum.ROLLOUT_OUTCOME_FENCED,
  nacked: OutcomeEnum.ROLLOUT_OUTCOME_NACKED,
});

const ends = enumTable<RolloutEnd, EndEnum>({
  "all-acked": EndEnum.ROLLOUT_END_ALL_ACKED,
  fenced: EndEnum.ROLLOUT_END_FENCED,
  nacked: EndEnum.ROLLOUT_END_NACKED,
  "timed-out": EndEnum.ROLLOUT_END_TIMED_OUT,
});

const progress = enumTable<ReplicaProgress, ProgressEnum>({
  pending: ProgressEnum.REPLICA_PROGRESS_PENDING,
  acked: ProgressEnum.REPLICA_PROGRESS_ACKED,
  nacked: ProgressEnum.REPLICA_PROGRESS_NACKED,
  fenced: ProgressEnum.REPLICA_PROGRESS_FENCED,
});

/** What a cluster never said, both ways. */
export const unknownBoundTable = enumTable<UnknownBound, BoundEnum>({
  "allow-ttl": BoundEnum.UNKNOWN_BOUND_ALLOW_TTL,
  "front-end-cache": BoundEnum.UNKNOWN_BOUND_FRONT_END_CACHE,
});

export function toRolloutMessage({ revision, at, outcome, end, inForceAt, clusters }: RolloutStatus): WatchRolloutResponse {
  return {
    revision: toRevisionMessage(revision),
    at,
    outcome: outcomes.toProto(outcome),
    end: end === null ? EndEnum.ROLLOUT_END_UNSPECIFIED : ends.toProto(end),
    inForceAt: inForceAt ?? "",
    clusters: clusters.map(toClusterMessage),
  };
}

function toClusterMessage({ cluster, outcome, inForceAt, unknown, replicas }: ClusterRolloutStatus): ClusterRollout {
  return {
    cluster,
    outcome: outcomes.toProto(outcome),
    inForceAt: inForceAt ?? "",
    unknown: unknown.map(unknownBoundTable.toProto),
    replicas: replicas.map(({ replica, progress: stage, settledAt, fencedAt, status }) => ({
      replica,
      progress: progress.toProto(stage),
      settledAt: settledAt ?? "",
      fencedAt: fencedAt ?? "",
      status: status === null ? undefined : toStatusMessage(status),
    })),
  };
}

/** Throws `InvalidMessageError`. */
export function fromRolloutMessage({ revision, at, outcome, end, inForceAt, clusters }: WatchRolloutResponse): RolloutStatus {
  return {
    revision: fromRevisionMessage(revision, "rollout.revision"),
    at,
    outcome: outcomes.fromProto(outcome, "rollout.outcome"),
    end: end === EndEnum.ROLLOUT_END_UNSPECIFIED ? null : ends.fromProto(end, "rollout.end"),
    inForceAt: orNull(inForceAt),
    clusters: clusters.map(fromClusterMessage),
  };
}

function fromClusterMessage({ cluster, outcome, inForceAt, unknown, replicas }: ClusterRollout): ClusterRolloutStatus {
  return {
    cluster,
    outcome: outcomes.fromProto(outcome, "rollout.clusters.outcome"),
    inForceAt: orNull(inForceAt),
    unknown: unknown.map((bound) => unknownBoundTable.fromProto(bound, "rollout.clusters.unknown")),
    replicas: replicas.map(fromReplicaMessage),
  };
}

function fromReplicaMessage({ replica, progress: stage, settledAt, fencedAt, status }: ReplicaRollout): ReplicaRolloutStatus {
  return {
    replica,
    progress: progress.fromProto(stage, "rollout.replicas.progress"),
    settledAt: orNull(settledAt),
    fencedAt: orNull(fencedAt),
    status: status === undefined ? null : fromStatusMessage(status, "rollout.replicas.status"),
  };
}
