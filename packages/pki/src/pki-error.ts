/** Codes of everything this package can throw; explained in `docs/errors.md`. */
export const pkiErrorCodes = [
  "pki-unreadable",
  "pki-unwritable",
  "pki-malformed",
  "pki-mismatch",
  "pki-expired",
  "pki-not-yet-valid",
] as const;
export type PkiErrorCode = (typeof pkiErrorCodes)[number];

/** A certificate, key or folder that cannot be used. The message is complete, for people, and names the file. */
export class PkiError extends Error {
  override readonly name = "PkiError";
  readonly code: PkiErrorCode;

  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
