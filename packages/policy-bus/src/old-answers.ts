import type { ReplicaStatus } from "./replica-status.ts";

/** What is needed to say when a cluster's old answers end, and was never said. */
export const unknownBounds = ["allow-ttl", "front-end-cache"] as const;
export type UnknownBound = (typeof unknownBounds)[number];

export interface OldAnswers {
  /** How long after its last replica went on a cluster can still hear answers by the policy before. Absent where a bound is unknown. */
  readonly lastMs?: number;
  /** Empty where all is known. */
  readonly unknown: readonly UnknownBound[];
}

/**
 * For a cluster, by what its replicas report: answers that front-ends hold, reviews in flight, and allows that the API server
 * holds, one after the other. A bound is known once every replica has said it; the longest counts.
 */
export function oldAnswersOf(statuses: readonly ReplicaStatus[]): OldAnswers {
  const allowTtlSeconds = largestOf(statuses.map((status) => status.allowTtlSeconds));
  const frontEndCacheMs = largestOf(statuses.map((status) => status.frontEndCacheMs));
  const unknown: UnknownBound[] = [];
  if (allowTtlSeconds === undefined) unknown.push("allow-ttl");
  if (frontEndCacheMs === undefined) unknown.push("front-end-cache");
  if (allowTtlSeconds === undefined || frontEndCacheMs === undefined) return { unknown };
  const longestReviewMs = Math.max(...statuses.map((status) => status.longestReviewMs));
  return { lastMs: frontEndCacheMs + longestReviewMs + allowTtlSeconds * 1_000, unknown };
}

/** `undefined` where one never said. */
function largestOf(bounds: readonly (number | null)[]): number | undefined {
  const known = bounds.filter((bound) => bound !== null);
  return known.length === bounds.length && known.length > 0 ? Math.max(...known) : undefined;
}
