import type { ConfigProblem } from "./config-error.ts";

/** A value somebody gave to a setting, and where it stands. */
export interface GivenValue {
  readonly value: unknown;
  readonly origin: string;
}

/** What one source (file, environment or flags) says, by key. */
export interface GivenValues {
  readonly values: ReadonlyMap<string, GivenValue>;
  readonly problems: readonly ConfigProblem[];
  /** True where the source is no YAML, so that nothing is known about what it was to say. */
  readonly isUnreadable?: boolean;
}
