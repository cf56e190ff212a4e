/** Attempts in all. */
const attempts = 5;
const factor = 1.5;
const jitter = 0.2;

/** Time and chance, to be replaced in tests. */
export interface BackoffClock {
  wait(ms: number): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

/**
 * Calls `attempt` until its outcome is not worth another try, five times at most, and returns the last outcome. Waits
 * `initialMs` times 1.5 per step, and up to a fifth longer by chance.
 */
export async function withBackoff<Outcome>(
  attempt: () => Promise<Outcome>,
  isWorthAnotherTry: (outcome: Outcome) => boolean,
  { initialMs, clock }: { readonly initialMs: number; readonly clock: BackoffClock },
): Promise<Outcome> {
  let delayMs = initialMs;
  for (let made = 1; ; made++) {
    const outcome = await attempt();
    if (made === attempts || !isWorthAnotherTry(outcome)) return outcome;
    await clock.wait(delayMs * (1 + jitter * clock.random()));
    delayMs *= factor;
  }
}
