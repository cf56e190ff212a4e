import { type ServiceError, status } from "@grpc/grpc-js";
import { PublishError, publishCodes, RevisionLogError, revisionLogCodes, SigningError, signingErrorCodes } from "@portcullis/policy-bus";
import { ControlError, controlCodes } from "./control-error.ts";

/** What a failed call means: the error that the control service had, or `control-unreachable`. Others are returned as they are. */
export function fromControlStatus(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  const { code, details } = error;
  const match = /^(.*) \[([a-z-]+)\]$/su.exec(details);
  if (match !== null) return codedError(match[1] ?? "", match[2] ?? "", error) ?? new ControlError("control-request-refused", details);
  if (code === status.PERMISSION_DENIED) return new ControlError("control-request-refused", details, { cause: error });
  return new ControlError("control-unreachable", `the control service answered ${status[code]}: ${details}`, { cause: error });
}

function codedError(message: string, code: string, cause: Error): Error | undefined {
  const control = controlCodes.find((known) => known === code);
  if (control !== undefined) return new ControlError(control, message, { cause });
  const log = revisionLogCodes.find((known) => known === code);
  if (log !== undefined) return new RevisionLogError(log, message, { cause });
  const publish = publishCodes.find((known) => known === code);
  if (publish !== undefined) return new PublishError(publish, message);
  const signing = signingErrorCodes.find((known) => known === code);
  return signing && new SigningError(signing, message);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && typeof error.details === "string";
}
