/** Codes of a revision log that cannot be read or written; explained in `docs/errors.md`. */
export const revisionLogCodes = [
  "bus-unavailable",
  "bus-closed",
  "bus-not-set-up",
  "bus-entry-too-large",
  "bus-digest-mismatch",
  "bus-rejected",
  "bus-name-invalid",
  "bus-credentials-invalid",
] as const;
export type RevisionLogCode = (typeof revisionLogCodes)[number];

/** A revision log that cannot be read or written now (`bus-unavailable`, worth trying again), or not like this (the others). */
export class RevisionLogError extends Error {
  override readonly name = "RevisionLogError";
  readonly code: RevisionLogCode;

  constructor(code: RevisionLogCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
