import { watchHolds } from "../watch-holds.ts";

/**
 * Tells the parent process the port, and on every question what this process used. With `withHolds` a timer of 1 ms looks how late it
 * is called, and what the main thread computed meanwhile; without it nothing runs beside the server.
 */
export function reportUsage(port: number, { withHolds }: { readonly withHolds: boolean }): void {
  const holds = withHolds ? watchHolds() : { take: () => ({ holdMs: 0, busyHoldMs: 0 }) };
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, ...holds.take() });
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.(port);
}
