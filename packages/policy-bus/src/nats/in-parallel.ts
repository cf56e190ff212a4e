export interface ParallelWork {
  readonly count: number;
  /** How many are under way at a time. */
  readonly atOnce: number;
}

/** The results of `work(0)` to `work(count - 1)` in order. */
export async function* inParallel<T>({ count, atOnce }: ParallelWork, work: (index: number) => Promise<T>): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  for (let index = 0; index < count; index++) {
    underWay.push(quiet(work(index)));
    const first = underWay.length >= atOnce ? underWay.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const last of underWay) yield await last;
}

/** A rejection that is awaited later, or never because an earlier one ended the loop, is not an unhandled one. */
function quiet<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
