import { PolicyAdminServiceService as service } from "./gen/portcullis/policy/v1/policy.pb.ts";
import { receiving } from "./received.ts";

/** The policy administration as a server registers it: requests that do not decode arrive as a `problem`. */
export const policyAdminServiceDefinition = {
  publish: { ...service.publish, requestDeserialize: receiving(service.publish.requestDeserialize) },
  rollback: { ...service.rollback, requestDeserialize: receiving(service.rollback.requestDeserialize) },
  widen: { ...service.widen, requestDeserialize: receiving(service.widen.requestDeserialize) },
  listRevisions: { ...service.listRevisions, requestDeserialize: receiving(service.listRevisions.requestDeserialize) },
  getRevision: { ...service.getRevision, requestDeserialize: receiving(service.getRevision.requestDeserialize) },
  diffRevisions: { ...service.diffRevisions, requestDeserialize: receiving(service.diffRevisions.requestDeserialize) },
  watchRollout: { ...service.watchRollout, requestDeserialize: receiving(service.watchRollout.requestDeserialize) },
  getTimeline: { ...service.getTimeline, requestDeserialize: receiving(service.getTimeline.requestDeserialize) },
  getFleet: { ...service.getFleet, requestDeserialize: receiving(service.getFleet.requestDeserialize) },
} as const;
