/** One stream as the server holds it. */
export interface ServedStream {
  /** Tells the client to ask elsewhere from now on. What it sent, and what is under way to us, is still answered. */
  drain(mayReconnect: boolean): void;
  /** Ends the stream once everything that arrived is answered, without waiting for the client to half-close. */
  finish(): void;
  /** Resolves when the stream has ended, whoever ended it. */
  readonly ended: Promise<void>;
}

/** Every stream that is open, so that they can be drained. */
export interface ServedStreams {
  /** Drains the stream when it reaches `maxAgeMs`, and at once when all are being drained already. */
  add(stream: ServedStream): void;
  readonly size: number;
  /** Drains every stream, and those that come later. */
  drain(): void;
  /** Resolves when no stream is left, or after `timeoutMs`; those that are left then are finished without their client. */
  settle(timeoutMs: number): Promise<void>;
}

/** A stream that its client did not half-close this long after it was drained for its age is finished anyway, in milliseconds. */
const ageGraceMs = 30_000;

/** `maxAgeMs` spreads by a tenth, so that streams that were opened together do not move together. */
export function createServedStreams(maxAgeMs: number): ServedStreams {
  const streams = new Set<ServedStream>();
  let isDraining = false;

  return {
    add(stream) {
      streams.add(stream);
      const stopAging = age(stream, maxAgeMs * (1 + Math.random() / 10));
      void stream.ended.then(() => {
        stopAging();
        streams.delete(stream);
      });
      if (isDraining) stream.drain(false);
    },
    get size() {
      return streams.size;
    },
    drain() {
      isDraining = true;
      for (const stream of streams) stream.drain(false);
    },
    async settle(timeoutMs) {
      const { promise: timeout, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      await Promise.race([Promise.all([...streams].map(({ ended }) => ended)), timeout]);
      clearTimeout(timer);
      for (const stream of streams) stream.finish();
    },
  };
}

/** Drains a stream when it is old, and finishes it when its client does not react. */
function age(stream: ServedStream, afterMs: number): () => void {
  let timer = setTimeout(() => {
    stream.drain(true);
    timer = setTimeout(() => stream.finish(), ageGraceMs).unref();
  }, afterMs).unref();
  return () => clearTimeout(timer);
}
