/** A monotonic clock that moves only when told to. */
export interface FakeClock {
  /** Milliseconds. Fits where `performance` fits. */
  now(): number;
  /** Moves time on; what was scheduled up to then runs, in order of its time, with `now()` at that time. */
  advance(ms: number): void;
  /** Runs `callback` when `delayMs` have passed; returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** Starts at 1,000 ms unless said otherwise: 0 would hide mistakes with "not set". */
export function createFakeClock(startMs = 1_000): FakeClock {
  let nowMs = startMs;
  const scheduled = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  function nextUpTo(endMs: number) {
    return [...scheduled].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
  }

  return {
    now: () => nowMs,
    advance(ms) {
      const endMs = nowMs + ms;
      for (let next = nextUpTo(endMs); next !== undefined; next = nextUpTo(endMs)) {
        scheduled.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = endMs;
    },
    schedule(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      scheduled.add(entry);
      return () => void scheduled.delete(entry);
    },
  };
}
