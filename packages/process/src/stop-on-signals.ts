/** Signals alone, without what runs a service: a door that loads little, for commands. */
import { once } from "node:events";
import { constants } from "node:os";

/** As much of Node's `process` as signals need. */
export interface SignalledProcess {
  on(signal: StopSignal, listener: () => void): unknown;
  exit(status: number): unknown;
}

type StopSignal = (typeof stopSignals)[number];

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A Ctrl-C can arrive twice: from the terminal, and handed on by npm or a launcher. Later than this, it is a second one. */
const sameKeyPressMs = 1000;

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP. Who sends any of them again does not want to wait: that ends the process at once,
 * with 128 and the number of the signal, as a shell says it. `now` is in milliseconds and never goes back.
 */
export function stopOnSignals(own: SignalledProcess, now: () => number = () => performance.now()): AbortSignal {
  const stop = new AbortController();
  let firstAt: number | undefined;
  for (const signal of stopSignals) {
    own.on(signal, () => {
      firstAt ??= now();
      if (now() - firstAt > sameKeyPressMs) own.exit(128 + constants.signals[signal]);
      stop.abort();
    });
  }
  return stop.signal;
}

/** Resolves once the signal is aborted; at once where it is already. */
export async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
