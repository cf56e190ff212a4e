/** Weak spots that `selfCheck` can find in the carrier of revisions; explained in `docs/errors.md`. */
export const logWeaknessCodes = [
  "bus-server-old",
  "bus-option-ignored",
  "bus-replicas-few",
  "bus-sync-interval-unknown",
  "bus-payload-small",
  "bus-in-memory",
] as const;
export type LogWeaknessCode = (typeof logWeaknessCodes)[number];

/** One weak spot, and what to do about it. */
export interface LogWeakness {
  readonly code: LogWeaknessCode;
  readonly message: string;
}
