/** Codes of what the control service refuses; explained in `docs/errors.md`. */
export const controlCodes = [
  "control-policies-invalid",
  "control-holes-open",
  "control-cases-failed",
  "control-check-failed",
  "control-no-signing-key",
  "control-no-such-revision",
  "control-busy",
  "control-upload-too-large",
  "control-upload-timeout",
  "control-draining",
  "control-not-offered",
  "control-unreachable",
  "control-request-refused",
] as const;
export type ControlCode = (typeof controlCodes)[number];

/** What was asked for is not there, or not to be had now. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code: ControlCode;

  constructor(code: ControlCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
