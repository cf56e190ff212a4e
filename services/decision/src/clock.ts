/** Monotonic time, and timers on it. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Runs `callback` once `delayMs` have passed; returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** `performance.now()` and the timers of Node. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
