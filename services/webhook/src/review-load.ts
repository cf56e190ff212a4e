/** How much is under way, from quiet to refusing. Reporting is shed first, tracing second, reviews last. */
export type Pressure = "calm" | "shed-reporting" | "shed-tracing" | "full";

export interface ReviewLoadLimits {
  readonly maxInFlight: number;
  readonly maxBufferedBytes: number;
}

/** Counts reviews and body bytes that are held, and says when no more may be taken. */
export interface ReviewLoad {
  readonly inFlight: number;
  readonly bufferedBytes: number;
  readonly pressure: Pressure;
  /** False: the review must be refused, and `leave` not called. */
  enter(): boolean;
  leave(): void;
  /** False: these bytes must not be kept, and are not counted. */
  hold(bytes: number): boolean;
  drop(bytes: number): void;
}

const shedReportingAt = 0.5;
const shedTracingAt = 0.75;

/** A load that starts empty. */
export function createReviewLoad({ maxInFlight, maxBufferedBytes }: ReviewLoadLimits): ReviewLoad {
  let inFlight = 0;
  let bufferedBytes = 0;
  return {
    get inFlight() {
      return inFlight;
    },
    get bufferedBytes() {
      return bufferedBytes;
    },
    get pressure() {
      const share = Math.max(inFlight / maxInFlight, bufferedBytes / maxBufferedBytes);
      if (share >= 1) return "full";
      if (share >= shedTracingAt) return "shed-tracing";
      return share >= shedReportingAt ? "shed-reporting" : "calm";
    },
    enter() {
      if (inFlight >= maxInFlight || bufferedBytes >= maxBufferedBytes) return false;
      inFlight += 1;
      return true;
    },
    leave() {
      inFlight -= 1;
    },
    hold(bytes) {
      if (bufferedBytes + bytes > maxBufferedBytes) return false;
      bufferedBytes += bytes;
      return true;
    },
    drop(bytes) {
      bufferedBytes -= bytes;
    },
  };
}
