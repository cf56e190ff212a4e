import { DecisionServiceService } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";

/** Bytes that were read as a message, or why they could not be. */
export type Received<T> = { readonly message: T } | { readonly problem: InvalidMessageError };

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

function receiving<Request>(deserialize: (bytes: Buffer) => Request): (bytes: Buffer) => Received<Request> {
  return (bytes) => {
    try {
      return { message: deserialize(bytes) };
    } catch (cause) {
      return { problem: new InvalidMessageError("message", "is not protobuf of this service", { cause }) };
    }
  };
}
