import type { PatternProblemCode } from "@portcullis/image-ref";

/** Codes of what can go wrong on the command line itself; policies, references and reviews have their own. */
export const cliCodes = [
  "cli-usage",
  "cli-internal",
  "cli-unreadable",
  "cli-output-failed",
  "cli-bad-document",
  "cli-bad-line",
  "cli-file-exists",
  "cli-unwritable",
  "cli-publish-unknown",
  "cli-nothing-published",
  "cli-private-key",
] as const;

/** Codes of what can keep `serve` from starting, beside those of ports, certificates and policy folders. */
export const startCodes = ["start-policy-invalid"] as const;

export type CliCode = (typeof cliCodes)[number] | (typeof startCodes)[number] | PatternProblemCode;

/** No answer, and why, in one sentence that says what to do. The command exits 2. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliCode;

  constructor(code: CliCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
