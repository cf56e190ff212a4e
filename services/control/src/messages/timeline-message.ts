import type { ClusterTimeline as ClusterMessage, GetTimelineResponse } from "@portcullis/wire/policy";
import type { ClusterTimeline, RevisionTimeline } from "../revision-timeline.ts";
import { fromRevisionMessage, toRevisionMessage } from "./revision-message.ts";
import { unknownBoundTable } from "./rollout-message.ts";
import { fromNackMessage, toNackMessage } from "./status-message.ts";
import { orNull } from "./words.ts";

export function toTimelineMessage({ revision, publishedAt, inForceAt, clusters }: RevisionTimeline): GetTimelineResponse {
  return { revision: toRevisionMessage(revision), publishedAt, inForceAt: inForceAt ?? "", clusters: clusters.map(toClusterMessage) };
}

function toClusterMessage({ cluster, inForceAt, unknown, replicas }: ClusterTimeline): ClusterMessage {
  return {
    cluster,
    inForceAt: inForceAt ?? "",
    unknown: unknown.map(unknownBoundTable.toProto),
    replicas: replicas.map(({ replica, appliedAt, isSuperseded, nack }) => ({
      replica,
      appliedAt: appliedAt ?? "",
      isSuperseded,
      nack: nack === null ? undefined : toNackMessage(nack),
    })),
  };
}

/** Throws `InvalidMessageError`. */
export function fromTimelineMessage({ revision, publishedAt, inForceAt, clusters }: GetTimelineResponse): RevisionTimeline {
  return {
    revision: fromRevisionMessage(revision, "timeline.revision"),
    publishedAt,
    inForceAt: orNull(inForceAt),
    clusters: clusters.map(fromClusterMessage),
  };
}

function fromClusterMessage({ cluster, inForceAt, unknown, replicas }: ClusterMessage): ClusterTimeline {
  return {
    cluster,
    inForceAt: orNull(inForceAt),
    unknown: unknown.map((bound) => unknownBoundTable.fromProto(bound, "timeline.clusters.unknown")),
    replicas: replicas.map(({ replica, appliedAt, isSuperseded, nack }) => ({
      replica,
      appliedAt: orNull(appliedAt),
      isSuperseded,
      nack: nack === undefined ? null : fromNackMessage(nack, "timeline.replicas.nack"),
    })),
  };
}
