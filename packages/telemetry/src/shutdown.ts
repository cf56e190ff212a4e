import type { Logger } from "pino";

export interface ShutdownOutcome {
  /** True when everything closed in time and without an error. */
  readonly isClean: boolean;
  /** Names of what failed, or had not closed when the time was up. */
  readonly unfinished: readonly string[];
}

export interface Shutdown {
  /** Closers run one after the other, in the order they were added. */
  add(name: string, close: () => void | Promise<void>): void;
  /** Runs them once; a second call gets the outcome of the first. Never rejects and never takes longer than `timeoutMs`. */
  run(): Promise<ShutdownOutcome>;
}

/** Closes what a process opened, in order and within `timeoutMs`. A closer that fails does not keep the next from running. */
export function createShutdown({ log, timeoutMs }: { readonly log: Logger; readonly timeoutMs: number }): Shutdown {
  const closers: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  let outcome: Promise<ShutdownOutcome> | undefined;

  async function closeAll(): Promise<ShutdownOutcome> {
    const unfinished = new Set(closers.map(({ name }) => name));
    await within(timeoutMs, async () => {
      for (const { name, close } of closers) {
        if (await succeeds(close, (error) => log.error({ err: error, closing: name }, "closing failed"))) unfinished.delete(name);
      }
    });
    if (unfinished.size > 0) log.warn({ unfinished: [...unfinished], timeoutMs }, "not everything closed cleanly");
    return { isClean: unfinished.size === 0, unfinished: [...unfinished] };
  }

  return {
    add(name, close) {
      closers.push({ name, close });
    },
    run() {
      outcome ??= closeAll();
      return outcome;
    },
  };
}

async function succeeds(work: () => void | Promise<void>, onError: (error: unknown) => void): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    onError(error);
    return false;
  }
}

async function within(timeoutMs: number, work: () => Promise<void>): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work(), timeout]);
  clearTimeout(timer);
}
