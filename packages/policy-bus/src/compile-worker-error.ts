/** Codes of `CompileWorkerError`; explained in `docs/errors.md`. */
export const compileWorkerCodes = ["policy-worker-failed", "policy-worker-timeout"] as const;
export type CompileWorkerCode = (typeof compileWorkerCodes)[number];

/** A bundle was not compiled, for a reason that is not in its text: the thread ran out of memory or time, or came to an end. */
export class CompileWorkerError extends Error {
  override readonly name = "CompileWorkerError";
  readonly code: CompileWorkerCode;

  constructor(code: CompileWorkerCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
