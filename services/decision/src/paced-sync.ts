import type { Clock } from "./clock.ts";

/** Between two reads that questions ask for: as many as they are, the leader serves other replicas too. */
const gapMs = 20;

/** As `sync`, for many callers: those that come before the next read begins share it. */
export function pacedSync(sync: () => Promise<void>, clock: Clock): () => Promise<void> {
  let next: Promise<void> | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;

  async function readNext(): Promise<void> {
    const waitMs = lastMs + gapMs - clock.now();
    // Never at once: a read that has begun may not see what its caller has seen.
    await (waitMs > 0 ? new Promise<void>((resolve) => void clock.schedule(waitMs, resolve)) : undefined);
    next = undefined;
    lastMs = clock.now();
    await sync();
  }

  return () => {
    next ??= readNext();
    return next;
  };
}
