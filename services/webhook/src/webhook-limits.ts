/** What bounds one webhook. */
export interface WebhookLimits {
  /** Reviews under way; more are answered 429. */
  readonly maxInFlight: number;
  /** Bytes of bodies held at a time; more are answered 429. */
  readonly maxBufferedBytes: number;
  readonly maxConnections: number;
  /** Connections, of those, whose callers have shown no certificate that may ask: the oldest one goes for the next. */
  readonly maxStrangers: number;
  /** Such a connection is cut at this age. */
  readonly maxStrangerAgeMs: number;
  /** From a request's headers to the end of its body. */
  readonly bodyTimeoutMs: number;
  /** A connection is asked to end at this age, a tenth more or less. */
  readonly maxConnectionAgeMs: number;
  /** And cut this much later, though streams be open on it. */
  readonly lastStreamMs: number;
  /** Threads that read bodies over 256 KiB. */
  readonly parseThreads: number;
}

export const defaultWebhookLimits: WebhookLimits = {
  // A third of a second of 3,000 reviews/s, which is three times what the largest published clusters create.
  maxInFlight: 1_000,
  // 18 bodies of the largest size.
  maxBufferedBytes: 128 * 1024 * 1024,
  maxConnections: 4_096,
  maxStrangers: 1_024,
  // Time for a handshake over a slow line and one refusal.
  maxStrangerAgeMs: 10_000,
  // An API server waits for 30 s at most. Lets 7 MiB through at 240 KiB/s.
  bodyTimeoutMs: 30_000,
  maxConnectionAgeMs: 300_000,
  // An API server waits 30 s for an answer: beyond this, nobody is at the other end of a stream.
  lastStreamMs: 45_000,
  parseThreads: 2,
};
