/** What bounds one webhook. */
export interface WebhookLimits {
  /** Reviews under way; more are answered 429. */
  readonly maxInFlight: number;
  /** Bytes of bodies held at a time; more are answered 429. */
  readonly maxBufferedBytes: number;
  readonly maxConnections: number;
  /** From a request's headers to the end of its body. */
  readonly bodyTimeoutMs: number;
  /** A connection is asked to end at this age, a tenth more or less. */
  readonly maxConnectionAgeMs: number;
  /** Threads that read bodies over 256 KiB. */
  readonly parseThreads: number;
}

export const defaultWebhookLimits: WebhookLimits = {
  // A third of a second of 3,000 reviews/s, which is three times what the largest published clusters create.
  maxInFlight: 1_000,
  // 18 bodies of the largest size.
  maxBufferedBytes: 128 * 1024 * 1024,
  maxConnections: 4_096,
  // An API server waits for 30 s at most. Lets 7 MiB through at 240 KiB/s.
  bodyTimeoutMs: 30_000,
  maxConnectionAgeMs: 300_000,
  parseThreads: 2,
};
