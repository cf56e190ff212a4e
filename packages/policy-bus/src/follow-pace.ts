import type { FollowClock } from "./follow-host.ts";
import type { FollowProblem } from "./follow-log.ts";

export interface WithinOptions {
  readonly clock: FollowClock;
  readonly timeoutMs: number;
  readonly closed: AbortSignal;
}

/** Runs `work` with a signal that aborts after a time, or once all is closed. */
export async function within<T>({ clock, timeoutMs, closed }: WithinOptions, work: (end: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const cancel = clock.schedule(timeoutMs, () => timeout.abort());
  try {
    return await work(AbortSignal.any([timeout.signal, closed]));
  } finally {
    cancel();
  }
}

export interface PaceOptions {
  readonly clock: FollowClock;
  readonly intervalMs: number;
  /** True: the leader was read. False: what was to be done needed no read, and the next one is due when it was. */
  readonly read: () => Promise<boolean>;
  readonly closed: AbortSignal;
  readonly onProblem: (problem: FollowProblem) => void;
}

export interface Pace {
  /** Reads now; while a read is under way, after it: what is asked for may be newer than what that one sees. Never rejects. */
  readonly sync: () => Promise<void>;
  /** Resolves once no read is under way. To be called once `closed` aborted. */
  readonly stop: () => Promise<void>;
}

/** One read at a time, and the next an interval later: up to five intervals while reads fail. */
export function readAtPace({ clock, intervalMs, read, closed, onProblem }: PaceOptions): Pace {
  let failures = 0;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let dueMs = clock.now();
  let cancelNext = () => {};

  async function run(): Promise<void> {
    cancelNext();
    try {
      const isRead = await read();
      failures = 0;
      if (isRead) dueMs = clock.now() + intervalMs;
    } catch (error) {
      failures += 1;
      dueMs = clock.now() + intervalMs * Math.min(2 ** failures, 5);
      const detail = error instanceof Error ? error.message : "it failed";
      if (!closed.aborted) onProblem({ code: "follow-log-unreadable", detail, isAlarm: false });
    }
    running = undefined;
    if (!closed.aborted) cancelNext = clock.schedule(Math.max(0, dueMs - clock.now()), () => void sync());
  }

  function sync(): Promise<void> {
    if (closed.aborted) return Promise.resolve();
    if (running === undefined) {
      running = run();
      return running;
    }
    following ??= running.then(() => {
      following = undefined;
      return sync();
    });
    return following;
  }

  return {
    sync,
    async stop() {
      cancelNext();
      await running;
    },
  };
}
