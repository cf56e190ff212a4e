/** Codes of everything this package can throw; explained in `docs/errors.md`. */
export const configCodes = ["config-invalid"] as const;

/** One mistake in the configuration. */
export interface ConfigProblem {
  /** `webhook.port`; empty when the whole file is meant. */
  readonly key: string;
  /** Where the value came from: `portcullis.yaml:12`, `PORTCULLIS_WEBHOOK_PORT`, `--webhook-port`, `default`; empty when nothing set it. */
  readonly origin: string;
  /** A lower-case clause that quotes the value and says what to write. */
  readonly message: string;
}

/** All mistakes of a configuration, together. Thrown before anything listens. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: (typeof configCodes)[number] = "config-invalid";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(toLine).join("\n"));
    this.problems = problems;
  }
}

function toLine({ key, origin, message }: ConfigProblem): string {
  return [origin, key, message].filter((part) => part !== "").join(": ");
}
