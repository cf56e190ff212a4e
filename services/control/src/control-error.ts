/** Codes of what the control service refuses; explained in `docs/errors.md`. */
export const controlCodes = [
  "control-policies-invalid",
  "control-holes-open",
  "control-cases-failed",
  "control-no-signing-key",
  "control-no-such-revision",
] as const;
export type ControlCode = (typeof controlCodes)[number];

/** What was asked for is not there. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code: ControlCode;

  constructor(code: ControlCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
