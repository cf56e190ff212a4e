/** Codes of a bus that cannot do what it was asked; explained in `docs/errors.md`. */
export const policyBusCodes = ["policy-bus-closed"] as const;
export type PolicyBusCode = (typeof policyBusCodes)[number];

/** A bus that cannot publish or be followed. */
export class PolicyBusError extends Error {
  override readonly name = "PolicyBusError";
  readonly code: PolicyBusCode;

  constructor(code: PolicyBusCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
