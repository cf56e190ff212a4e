import { DecisionServiceService } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { receiving } from "./received.ts";

const { decide, decideStream, watchRevision, explain } = DecisionServiceService;

/**
 * The decision service as a server registers it. Requests that do not decode arrive as a `problem`, because gRPC itself
 * would answer them INTERNAL, as if the fault were ours.
 */
export const decisionServiceDefinition = {
  decide: { ...decide, requestDeserialize: receiving(decide.requestDeserialize) },
  decideStream: { ...decideStream, requestDeserialize: receiving(decideStream.requestDeserialize) },
  watchRevision: { ...watchRevision, requestDeserialize: receiving(watchRevision.requestDeserialize) },
  explain: { ...explain, requestDeserialize: receiving(explain.requestDeserialize) },
} as const;
