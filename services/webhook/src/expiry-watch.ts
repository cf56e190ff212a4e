import { Bag, type BagItem } from "./bag.ts";

/** One thing that must end by a moment of the monotonic clock. */
export interface Watched extends BagItem {
  deadlineMs: number;
  onExpired(): void;
}

/** Ends what outlives its deadline, by one timer for all: a timer for each review costs more than the review's parse. */
export interface ExpiryWatch {
  add(watched: Watched): void;
  remove(watched: Watched): void;
  close(): void;
}

/** Looks every `everyMs` while something is watched, so a deadline is kept to that precision. Keeps no process alive. */
export function createExpiryWatch({ everyMs = 25, clock = () => performance.now() } = {}): ExpiryWatch {
  const pending = new Bag<Watched>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const nowMs = clock();
    pending.forEach((watched) => {
      if (watched.deadlineMs > nowMs) return;
      pending.delete(watched);
      watched.onExpired();
    });
    if (pending.size === 0) stop();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    add(watched) {
      pending.add(watched);
      timer ??= setInterval(look, everyMs).unref();
    },
    remove: (watched) => void pending.delete(watched),
    close: stop,
  };
}
