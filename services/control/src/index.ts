/** Publishes policy revisions, and says who serves which. */
export type { PolicyAdministrationOptions } from "./administration-context.ts";
export { type ControlCode, ControlError, controlCodes } from "./control-error.ts";
export { type ControlServer, type ControlServerOptions, createControlServer } from "./create-control-server.ts";
export { createPolicyAdministration } from "./create-policy-administration.ts";
export { type Fleet, type FleetCluster, type FleetReplica, type ReplicaStanding, replicaStandings } from "./fleet.ts";
export type {
  ChangeRequest,
  PolicyAdministration,
  PublishRequest,
  RollbackRequest,
  RolloutRequest,
  RotateKeysRequest,
  WidenRequest,
} from "./policy-administration.ts";
export { type PublishCheck, type PublishStep, publishChecks } from "./publish-progress.ts";
export type { CasesReport, ChangeAgainst, FailedCase, PublishReport } from "./publish-report.ts";
export { type NotPublishedCode, type PublishResult, publishOutcomes, type RefusalCode } from "./publish-result.ts";
export { createRemoteAdministration, type RemoteAdministration, type RemoteAdministrationOptions } from "./remote-administration.ts";
export {
  parseRevisionSelector,
  type RevisionComparison,
  type RevisionDetail,
  type RevisionList,
  type RevisionSelector,
} from "./revision-list.ts";
export type { ClusterTimeline, ReplicaTimeline, RevisionTimeline } from "./revision-timeline.ts";
export {
  type ClusterRolloutStatus,
  type ReplicaRolloutStatus,
  type RolloutEnd,
  type RolloutStatus,
  rolloutEnds,
} from "./rollout-status.ts";
