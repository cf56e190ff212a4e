/** Codes of what a follower meets beside unverified envelopes; explained in `docs/errors.md`. */
export const followCodes = [
  "follow-store-unusable",
  "follow-store-refused",
  "follow-store-regressed",
  "follow-log-unreadable",
  "follow-log-regressed",
  "follow-bundle-missing",
  "follow-not-prepared",
] as const;
export type FollowCode = (typeof followCodes)[number];
