/** Codes of keys, trust and manifests that cannot be used to publish or follow; explained in `docs/errors.md`. */
export const signingErrorCodes = [
  "signing-invalid-manifest",
  "signing-invalid-bundle",
  "signing-key-unreadable",
  "signing-key-unwritable",
  "signing-key-exists",
  "signing-key-malformed",
  "trust-unreadable",
  "trust-unwritable",
  "trust-malformed",
] as const;
export type SigningErrorCode = (typeof signingErrorCodes)[number];

/** A key, a file of trusted keys, or something to publish that cannot be used. The message is complete and names the file. */
export class SigningError extends Error {
  override readonly name = "SigningError";
  readonly code: SigningErrorCode;

  constructor(code: SigningErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
