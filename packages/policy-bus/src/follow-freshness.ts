import type { Freshness } from "./replica-status.ts";

/** How long a replica may go without proof that it serves the newest revision. */
export interface FreshnessLimits {
  /** Default: 6 s, three reads of the leader. */
  readonly staleAfterMs?: number;
  /** Null: never expires. */
  readonly ceilingMs: number | null;
  /** After a start, and before the first proof: a stored revision younger than this counts as stale, not as expired. Default 0. */
  readonly coldStartMaxAgeMs?: number;
}

/** A level, and the time since the newest proof. */
export interface FreshnessReading {
  readonly freshness: Freshness;
  readonly stalenessMs: number;
  /** When the newest proof began, on the monotonic clock; undefined before the first one since the start. */
  readonly provenAtMs: number | undefined;
}

export interface FreshnessTracker {
  /** A proof that began at this time of the monotonic clock. */
  noteProof(at: number): void;
  /** The stored revision was proven at most this long ago, by the wall clock: not a proof, and only as good as that clock. */
  noteStored(ageMs: number): void;
  read(): FreshnessReading;
}

/** Measures on the monotonic clock, so that setting the time of day neither renews nor expires a policy. */
export function trackFreshness(
  now: () => number,
  { staleAfterMs = 6_000, ceilingMs, coldStartMaxAgeMs = 0 }: FreshnessLimits,
): FreshnessTracker {
  const startedAt = now();
  let provenAt: number | undefined;
  let storedAgeMs: number | undefined;

  /** Before the first proof, nothing but an age that the cluster allows makes up for it. */
  function levelUnproven(stalenessMs: number): Freshness {
    const isAllowed = ceilingMs === null || (storedAgeMs !== undefined && stalenessMs < coldStartMaxAgeMs);
    return isAllowed ? "stale" : "expired";
  }

  function level(stalenessMs: number): Freshness {
    if (provenAt === undefined) return levelUnproven(stalenessMs);
    if (ceilingMs !== null && stalenessMs > ceilingMs) return "expired";
    return stalenessMs <= staleAfterMs ? "fresh" : "stale";
  }

  return {
    noteProof(at) {
      if (provenAt === undefined || at > provenAt) provenAt = at;
    },
    noteStored(ageMs) {
      // A time of day that was set back says nothing.
      if (ageMs >= 0) storedAgeMs = ageMs;
    },
    read() {
      const stalenessMs = provenAt === undefined ? (storedAgeMs ?? 0) + now() - startedAt : now() - provenAt;
      return { freshness: level(stalenessMs), stalenessMs, provenAtMs: provenAt };
    },
  };
}
