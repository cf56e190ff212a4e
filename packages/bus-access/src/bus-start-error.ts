/** Codes of a replica that cannot follow a bus whatever it waits for; explained in `docs/errors.md`. */
export const busStartCodes = ["start-bus-file-unreadable", "start-bus-credentials-malformed", "start-state-unusable"] as const;
export type BusStartCode = (typeof busStartCodes)[number];

/** What following a bus needs is not there. The message is complete, for people. */
export class BusStartError extends Error {
  override readonly name = "BusStartError";
  readonly code: BusStartCode;

  constructor(code: BusStartCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
