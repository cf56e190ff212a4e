import type { FollowClock } from "@portcullis/policy-bus";

/** The clocks of the system.  */
export const systemClock: FollowClock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
