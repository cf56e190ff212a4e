import { UndecidedError } from "@portcullis/policy";

/** What a path answers where no decision could be reached. `defer` leaves it to failurePolicy or defaultAllow. */
export const undecidedModes = ["deny", "allow", "defer"] as const;
export type UndecidedMode = (typeof undecidedModes)[number];

/** Why a webhook is not made with `allow` for ImageReviews. */
export const cachedAllowRefusal =
  '"allow" is refused: API servers would cache that allow for minutes; use "deny", or "defer" with the `defaultAllow` you want';

/** What is answered for an undecided review: a verdict, an error that the API server handles, or "come again". */
export interface UndecidedOutcome {
  readonly outcome: UndecidedMode | "retry";
  readonly error: UndecidedError;
  /** True where something threw that is no `UndecidedError`: a mistake of ours, for the log with its stack. */
  readonly isUnexpected: boolean;
}

/**
 * Turns "no decision" into what is answered; nothing else in this service does. Only an `UndecidedError` can end as
 * `allow`, and only where the path was configured so: whatever else was thrown is a mistake of ours and denies.
 */
export function whenUndecided(thrown: unknown, mode: UndecidedMode): UndecidedOutcome {
  if (!(thrown instanceof UndecidedError)) {
    const error = new UndecidedError("undecided-internal", "portcullis failed while it decided", { cause: thrown });
    return { outcome: mode === "defer" ? "defer" : "deny", error, isUnexpected: true };
  }
  if (thrown.code === "undecided-overloaded") return { outcome: "retry", error: thrown, isUnexpected: false };
  return { outcome: mode, error: thrown, isUnexpected: false };
}
