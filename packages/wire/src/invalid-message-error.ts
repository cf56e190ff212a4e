export const wireCodes = ["wire-invalid-message"] as const;
export type WireCode = (typeof wireCodes)[number];

/** A protobuf message that decodes but says nothing we may act on: gRPC status INVALID_ARGUMENT. The message is safe for clients. */
export class InvalidMessageError extends Error {
  override readonly name = "InvalidMessageError";
  readonly code: WireCode = "wire-invalid-message";
  /** Where in the message: `workload.images[3].field`. */
  readonly field: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    super(`${field}: ${problem}`, options);
    this.field = field;
  }
}
