import { performance } from "node:perf_hooks";

/**
 * Tells the parent process the port, and on every question what this process used. With `withHolds` a timer of 1 ms looks how late it
 * is called; without it nothing runs beside the server.
 */
export function reportUsage(port: number, { withHolds }: { readonly withHolds: boolean }): void {
  let longestHoldMs = 0;
  if (withHolds) {
    let lastMs = performance.now();
    setInterval(() => {
      const nowMs = performance.now();
      longestHoldMs = Math.max(longestHoldMs, nowMs - lastMs - 1);
      lastMs = nowMs;
    }, 1);
  }
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, longestHoldMs });
    longestHoldMs = 0;
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(port);
}
