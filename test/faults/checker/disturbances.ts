import type { History } from "../history/read-history.ts";

/** A time in which a fault was at work, or a replica was down. */
export interface Disturbance {
  readonly beganAt: number;
  /** Absent: it did not end. */
  readonly endedAt: number | undefined;
}

/** In the order they began. */
export function disturbancesOf(history: History): readonly Disturbance[] {
  const healed = new Map(history.of("healed").map(({ id, at }) => [id, at]));
  const faults = history.of("fault").map(({ id, at }) => ({ beganAt: at, endedAt: healed.get(id) }));
  const starts = history.of("started");
  const downs = history.of("ended").map(({ replica, life, at }) => {
    const next = starts.find((start) => start.replica === replica && start.life > life);
    return { beganAt: at, endedAt: next?.at };
  });
  return [...faults, ...downs].sort((a, b) => a.beganAt - b.beganAt);
}
