/** Codes of revisions that cannot be published as they are; explained in `docs/errors.md`. */
export const publishCodes = [
  "publish-key-untrusted",
  "publish-history-unverified",
  "publish-history-broken",
  "publish-no-such-revision",
  "publish-bundle-missing",
  "publish-audience-not-wider",
] as const;
export type PublishCode = (typeof publishCodes)[number];

/** A revision that cannot be published as asked. Nothing was written. */
export class PublishError extends Error {
  override readonly name = "PublishError";
  readonly code: PublishCode;

  constructor(code: PublishCode, message: string) {
    super(message);
    this.code = code;
  }
}
