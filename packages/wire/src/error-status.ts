import { status } from "@grpc/grpc-js";
import { type UndecidedCode, UndecidedError, undecidedCodes } from "@portcullis/policy";
import { enumTable } from "./enum-table.ts";
import { UndecidedCode as UndecidedCodeEnum, type Undecided as UndecidedMessage } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";

/** A gRPC status without the class of either end: what a server sends and a client receives. */
export interface ErrorStatus {
  readonly code: status;
  /** Safe for clients: never the cause. */
  readonly details: string;
}

const codes = enumTable<UndecidedCode, UndecidedCodeEnum>({
  "undecided-deadline": UndecidedCodeEnum.UNDECIDED_CODE_DEADLINE,
  "undecided-no-policy": UndecidedCodeEnum.UNDECIDED_CODE_NO_POLICY,
  "undecided-unavailable": UndecidedCodeEnum.UNDECIDED_CODE_UNAVAILABLE,
  "undecided-behind": UndecidedCodeEnum.UNDECIDED_CODE_BEHIND,
  "undecided-overloaded": UndecidedCodeEnum.UNDECIDED_CODE_OVERLOADED,
  "undecided-internal": UndecidedCodeEnum.UNDECIDED_CODE_INTERNAL,
  "undecided-expired": UndecidedCodeEnum.UNDECIDED_CODE_EXPIRED,
  "undecided-other-revision": UndecidedCodeEnum.UNDECIDED_CODE_OTHER_REVISION,
  "undecided-other-cluster": UndecidedCodeEnum.UNDECIDED_CODE_OTHER_CLUSTER,
});

/** "Undecided" as part of an answer. The cause stays behind. */
export function toUndecidedMessage({ code, message }: UndecidedError): UndecidedMessage {
  return { code: codes.toProto(code), message };
}

/** Throws `InvalidMessageError` for a code of a newer peer: it is no verdict either way. */
export function fromUndecidedMessage({ code, message }: UndecidedMessage): UndecidedError {
  return new UndecidedError(codes.fromProto(code, "undecided.code"), message);
}

/** The status of a call that ends with an error. Whatever is not ours is INTERNAL without its text. */
export function toErrorStatus(error: unknown): ErrorStatus {
  if (error instanceof InvalidMessageError) return { code: status.INVALID_ARGUMENT, details: error.message };
  // There are more reasons than statuses, so that the code is said too.
  if (error instanceof UndecidedError) return { code: undecidedStatus(error.code), details: `${error.message} [${error.code}]` };
  return { code: status.INTERNAL, details: "internal error; the log of the decision service has the cause" };
}

/** What a failed call means to whoever waits for a decision. Never a verdict. */
export function fromErrorStatus({ code, details }: ErrorStatus): UndecidedError {
  const said = undecidedCodes.find((known) => details.endsWith(` [${known}]`));
  return new UndecidedError(said ?? undecidedCodeOf(code), `the decision service answered ${status[code]}: ${details}`);
}

function undecidedStatus(code: UndecidedCode): status {
  switch (code) {
    case "undecided-deadline":
      return status.DEADLINE_EXCEEDED;
    case "undecided-no-policy":
    case "undecided-expired":
    case "undecided-other-cluster":
      return status.FAILED_PRECONDITION;
    case "undecided-unavailable":
      return status.UNAVAILABLE;
    case "undecided-behind":
      return status.ABORTED;
    case "undecided-other-revision":
      return status.OUT_OF_RANGE;
    case "undecided-overloaded":
      return status.RESOURCE_EXHAUSTED;
    case "undecided-internal":
      return status.INTERNAL;
    default:
      return code satisfies never;
  }
}

function undecidedCodeOf(code: status): UndecidedCode {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return "undecided-deadline";
    case status.FAILED_PRECONDITION:
      return "undecided-no-policy";
    case status.ABORTED:
      return "undecided-behind";
    case status.OUT_OF_RANGE:
      return "undecided-other-revision";
    case status.RESOURCE_EXHAUSTED:
      return "undecided-overloaded";
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED:
    case status.UNIMPLEMENTED:
      return "undecided-unavailable";
    case status.OK:
    case status.UNKNOWN:
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.ALREADY_EXISTS:
    case status.INTERNAL:
    case status.DATA_LOSS:
      return "undecided-internal";
    default:
      // A number off the wire may lie outside the enum whatever its type says.
      code satisfies never;
      return "undecided-internal";
  }
}
