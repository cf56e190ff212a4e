import { setTimeout as sleep } from "node:timers/promises";
import type { BackoffClock } from "./backoff.ts";

/** Time as a caller sees it. */
export interface WebhookClock extends BackoffClock {
  /** Monotonic milliseconds. */
  now(): number;
}

/** Real time. */
export const systemWebhookClock: WebhookClock = {
  now: () => performance.now(),
  wait: (ms) => sleep(ms),
  random: () => Math.random(),
};
