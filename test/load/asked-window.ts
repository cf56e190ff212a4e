/** How long the answers of one window took, in milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What came back in one window. */
export interface AskedWindow {
  /** From when a question was sent. */
  readonly answered: Latencies;
  /** From when a question should have been sent: counts what the one that asks came too late. */
  readonly sinceDue: Latencies;
  /** Answers that are no allow. */
  readonly refused: number;
  readonly firstRefusal: string | undefined;
  /** Questions without an answer when the window ended. */
  readonly unanswered: number;
}

export function summarise(latencies: readonly number[]): Latencies {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
