import type { Consistency } from "@portcullis/policy";
import type { Consistency as ConsistencyMessage } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { fromRevisionTokenMessage, toRevisionTokenMessage } from "./revision-token-message.ts";

/** A wish for consistency as it travels. */
export function toConsistencyMessage(consistency: Consistency): ConsistencyMessage {
  switch (consistency.kind) {
    case "minimize-latency":
      return { requirement: { $case: "minimizeLatency", value: {} } };
    case "at-least":
      return { requirement: { $case: "atLeast", value: toRevisionTokenMessage(consistency.token) } };
    case "exactly":
      return { requirement: { $case: "exactly", value: toRevisionTokenMessage(consistency.token) } };
    case "fully-consistent":
      return { requirement: { $case: "fullyConsistent", value: {} } };
    default:
      return consistency satisfies never;
  }
}

/**
 * Undefined where nothing was asked for. Throws `InvalidMessageError` for a message without a requirement: a newer peer may have asked
 * for one that is not known here, and an answer by less would be wrong.
 */
export function fromConsistencyMessage(message: ConsistencyMessage | undefined): Consistency | undefined {
  if (message === undefined) return undefined;
  const { requirement } = message;
  switch (requirement?.$case) {
    case "minimizeLatency":
      return { kind: "minimize-latency" };
    case "atLeast":
      return { kind: "at-least", token: fromRevisionTokenMessage(requirement.value, "consistency.at_least") };
    case "exactly":
      return { kind: "exactly", token: fromRevisionTokenMessage(requirement.value, "consistency.exactly") };
    case "fullyConsistent":
      return { kind: "fully-consistent" };
    case undefined:
      throw new InvalidMessageError("consistency.requirement", "is missing, or unknown here; both ends must speak the same version");
    default:
      return requirement satisfies never;
  }
}
