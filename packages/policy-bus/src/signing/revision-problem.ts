/** Codes of envelopes that are not what comes next in a chain; explained in `docs/errors.md`. */
export const revisionProblemCodes = [
  "revision-malformed",
  "revision-unsupported",
  "revision-unsigned",
  "revision-foreign-key",
  "revision-bad-signature",
  "revision-other-lineage",
  "revision-lower",
  "revision-repeated",
  "revision-gap",
  "revision-fork",
] as const;
export type RevisionProblemCode = (typeof revisionProblemCodes)[number];

/** Why an envelope is refused: it is never in force, and leaves the chain as it was. */
export interface RevisionProblem {
  readonly ok: false;
  readonly code: RevisionProblemCode;
  /** Nothing that carriers do (lose, repeat, reorder, lag) explains it: somebody has to look. */
  readonly isAlarm: boolean;
  /** A lower-case clause, for people. */
  readonly detail: string;
}

const harmless: ReadonlySet<RevisionProblemCode> = new Set(["revision-unsupported", "revision-lower", "revision-repeated", "revision-gap"]);

export function revisionProblem(code: RevisionProblemCode, detail: string): RevisionProblem {
  return { ok: false, code, isAlarm: !harmless.has(code), detail };
}
