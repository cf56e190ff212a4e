/** What is waited for from several processes. */
export interface Arrivals {
  note(name: string): void;
  /** To be called before it can arrive. Resolves with the times of `count` arrivals, in order; rejects when they take too long. */
  expect(name: string, count: number): Promise<readonly number[]>;
}

const givenUpMs = 60_000;

export function createArrivals(): Arrivals {
  const expected = new Map<string, (atMs: number) => void>();
  return {
    note: (name) => expected.get(name)?.(performance.now()),
    expect(name, count) {
      const times: number[] = [];
      const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
      const timer = setTimeout(() => reject(new Error(`${times.length} of ${count} have "${name}"`)), givenUpMs);
      expected.set(name, (atMs) => {
        times.push(atMs);
        if (times.length === count) resolve(times);
      });
      return promise.finally(() => {
        clearTimeout(timer);
        expected.delete(name);
      });
    },
  };
}
