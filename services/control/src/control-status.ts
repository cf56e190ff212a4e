import { status } from "@grpc/grpc-js";
import { PublishError, type RevisionLogCode, RevisionLogError, SigningError } from "@portcullis/policy-bus";
import { InvalidMessageError } from "@portcullis/wire";
import { type ControlCode, ControlError } from "./control-error.ts";

/** How a call ends that has no answer. */
export interface ControlStatus {
  readonly code: status;
  /** Safe for clients: the cause stays behind. Ends in the code of the error, in brackets. */
  readonly details: string;
  /** False for what should never have been thrown. */
  readonly isOurs: boolean;
}

/** The status of a call that ends with an error. Whatever is not ours is INTERNAL without its text. */
export function toControlStatus(error: unknown): ControlStatus {
  const code = statusOf(error);
  if (code === undefined || !isCoded(error)) {
    return { code: status.INTERNAL, details: "internal error; the log of the control service has the cause", isOurs: false };
  }
  return { code, details: `${error.message} [${error.code}]`, isOurs: true };
}

function isCoded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function statusOf(error: unknown): status | undefined {
  if (error instanceof InvalidMessageError) return status.INVALID_ARGUMENT;
  if (error instanceof ControlError) return ofControl(error.code);
  if (error instanceof RevisionLogError) return ofLog(error.code);
  if (error instanceof PublishError || error instanceof SigningError) return status.FAILED_PRECONDITION;
  return undefined;
}

function ofControl(code: ControlCode): status {
  switch (code) {
    case "control-no-such-revision":
      return status.NOT_FOUND;
    case "control-busy":
      return status.ABORTED;
    case "control-upload-too-large":
      return status.OUT_OF_RANGE;
    case "control-upload-timeout":
      return status.DEADLINE_EXCEEDED;
    case "control-draining":
    case "control-unreachable":
      return status.UNAVAILABLE;
    case "control-policies-invalid":
    case "control-holes-open":
    case "control-cases-failed":
    case "control-check-failed":
    case "control-no-signing-key":
    case "control-not-offered":
    case "control-request-refused":
      return status.FAILED_PRECONDITION;
    default:
      return code satisfies never;
  }
}

function ofLog(code: RevisionLogCode): status {
  return code === "bus-unavailable" || code === "bus-closed" ? status.UNAVAILABLE : status.FAILED_PRECONDITION;
}
