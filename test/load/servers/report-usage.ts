import { performance } from "node:perf_hooks";

/**
 * Tells the parent process the port, and on every question what this process used. With `withHolds` a timer of 1 ms looks how late it
 * is called, and what the main thread computed meanwhile; without it nothing runs beside the server.
 */
export function reportUsage(port: number, { withHolds }: { readonly withHolds: boolean }): void {
  const hold = withHolds ? watchHolds() : { take: () => ({ holdMs: 0, busyHoldMs: 0 }) };
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, ...hold.take() });
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(port);
}

function watchHolds(): { take(): { holdMs: number; busyHoldMs: number } } {
  let longest = { holdMs: 0, busyHoldMs: 0 };
  let last = { atMs: performance.now(), busyMs: mainThreadMs() };
  setInterval(() => {
    const now = { atMs: performance.now(), busyMs: mainThreadMs() };
    longest = {
      holdMs: Math.max(longest.holdMs, now.atMs - last.atMs - 1),
      busyHoldMs: Math.max(longest.busyHoldMs, now.busyMs - last.busyMs),
    };
    last = now;
  }, 1);
  return {
    take() {
      const taken = longest;
      longest = { holdMs: 0, busyHoldMs: 0 };
      return taken;
    },
  };
}

function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
