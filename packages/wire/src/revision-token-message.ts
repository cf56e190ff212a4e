import type { RevisionToken } from "@portcullis/policy";
import type { RevisionToken as RevisionTokenMessage } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";

/** The token as it travels; numbers must be safe integers. */
export function toRevisionTokenMessage({ lineage, epoch, revision }: RevisionToken): RevisionTokenMessage {
  return { lineage, epoch, revision };
}

/** Throws `InvalidMessageError` when the token is missing or names no lineage. */
export function fromRevisionTokenMessage(message: RevisionTokenMessage | undefined, field: string): RevisionToken {
  if (message === undefined) throw new InvalidMessageError(field, "is missing");
  if (message.lineage === "") throw new InvalidMessageError(`${field}.lineage`, "is empty");
  return { lineage: message.lineage, epoch: message.epoch, revision: message.revision };
}
