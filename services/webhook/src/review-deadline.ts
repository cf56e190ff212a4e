import { parseGoDuration } from "./go-duration.ts";

/** Longest time a decision may take, whatever the caller would wait. */
export const maxDecisionMs = 2_500;
/** What the answer needs to travel back before the caller's own timeout ends. */
const returnMs = 250;

/**
 * Latest moment for a decision, on the monotonic clock: the caller's `?timeout` less the way back, and never more than
 * `maxDecisionMs` from `nowMs`. A timeout that is missing, garbage or zero counts as not given.
 */
export function reviewDeadline(timeout: unknown, arrivedMs: number, nowMs: number): number {
  const callerMs = typeof timeout === "string" ? parseGoDuration(timeout) : undefined;
  const ourLatest = nowMs + maxDecisionMs;
  if (callerMs === undefined || callerMs === 0) return ourLatest;
  // A caller in such a hurry that the way back would take all its time still gets half of it.
  return Math.min(ourLatest, arrivedMs + Math.max(callerMs - returnMs, callerMs / 2));
}
