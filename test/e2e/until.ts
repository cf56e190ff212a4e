import { setTimeout as wait } from "node:timers/promises";

/**
 * Asks again until the answer is no longer `undefined`, and returns it. For events of other processes that announce
 * nothing: an API server that becomes ready, a cache whose entry ends. Fails with the last error after `timeoutMs`.
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error;
    }
    await wait(50);
  }
  throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: lastError });
}
