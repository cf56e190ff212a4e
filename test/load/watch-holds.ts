/** How long the event loop of this process was held. */
export interface Hold {
  /** How late a timer of 1 ms was called, at worst. On a busy machine this counts what other processes did. */
  readonly holdMs: number;
  /** Most that the main thread computed between two calls of the timer: a hold without what a busy machine adds to it. */
  readonly busyHoldMs: number;
}

/** Watches until `stop`. `take` says what the longest holds were since the last `take`, and starts anew. */
export function watchHolds(): { take(): Hold; stop(): void } {
  let longest: Hold = { holdMs: 0, busyHoldMs: 0 };
  let last = { atMs: performance.now(), busyMs: mainThreadMs() };
  function look(): void {
    const now = { atMs: performance.now(), busyMs: mainThreadMs() };
    longest = longer(longest, { holdMs: now.atMs - last.atMs - 1, busyHoldMs: now.busyMs - last.busyMs });
    last = now;
  }
  const timer = setInterval(look, 1);
  return {
    take() {
      look();
      const taken = longest;
      longest = { holdMs: 0, busyHoldMs: 0 };
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}

/** The longer of both, each by itself. */
export function longer(one: Hold, other: Hold): Hold {
  return { holdMs: Math.max(one.holdMs, other.holdMs), busyHoldMs: Math.max(one.busyHoldMs, other.busyHoldMs) };
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
