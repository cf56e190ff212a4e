import { fromRevisionTokenMessage, toRevisionTokenMessage } from "@portcullis/wire";
import {
  type FleetCluster as ClusterMessage,
  enumTable,
  type GetFleetResponse,
  ReplicaStanding as StandingEnum,
} from "@portcullis/wire/policy";
import type { Fleet, FleetCluster, ReplicaStanding } from "../fleet.ts";
import { fromNackMessage, fromStatusMessage, toNackMessage, toStatusMessage } from "./status-message.ts";

const standings = enumTable<ReplicaStanding, StandingEnum>({
  current: StandingEnum.REPLICA_STANDING_CURRENT,
  behind: StandingEnum.REPLICA_STANDING_BEHIND,
  refused: StandingEnum.REPLICA_STANDING_REFUSED,
  foreign: StandingEnum.REPLICA_STANDING_FOREIGN,
  empty: StandingEnum.REPLICA_STANDING_EMPTY,
});

export function toFleetMessage({ at, newest, clusters }: Fleet): GetFleetResponse {
  return { at, newest: newest === null ? undefined : toRevisionTokenMessage(newest), clusters: clusters.map(toClusterMessage) };
}

function toClusterMessage({ cluster, target, replicas }: FleetCluster): ClusterMessage {
  return {
    cluster,
    target: target === null ? undefined : toRevisionTokenMessage(target),
    replicas: replicas.map(({ replica, standing, nack, silentMs, status }) => ({
      replica,
      standing: standings.toProto(standing),
      nack: nack === null ? undefined : toNackMessage(nack),
      silentMs: Math.ceil(silentMs),
      status: toStatusMessage(status),
    })),
  };
}

/** Throws `InvalidMessageError`. */
export function fromFleetMessage({ at, newest, clusters }: GetFleetResponse): Fleet {
  return {
    at,
    newest: newest === undefined ? null : fromRevisionTokenMessage(newest, "fleet.newest"),
    clusters: clusters.map(fromClusterMessage),
  };
}

function fromClusterMessage({ cluster, target, replicas }: ClusterMessage): FleetCluster {
  return {
    cluster,
    target: target === undefined ? null : fromRevisionTokenMessage(target, "fleet.clusters.target"),
    replicas: replicas.map(({ replica, standing, nack, silentMs, status }) => ({
      replica,
      standing: standings.fromProto(standing, "fleet.replicas.standing"),
      nack: nack === undefined ? null : fromNackMessage(nack, "fleet.replicas.nack"),
      silentMs,
      status: fromStatusMessage(status, "fleet.replicas.status"),
    })),
  };
}
