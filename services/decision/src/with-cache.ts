import type { CacheTtls } from "./cache-ttl.ts";
import type { Clock } from "./clock.ts";
import { type Judge, onceJudged } from "./judge.ts";
import type { Judgement } from "./judgement.ts";

export type CacheLookup = "hit" | "miss" | "expired";

export interface CacheWrapping {
  readonly ttls: CacheTtls;
  readonly clock: Clock;
  readonly onLookup: (result: CacheLookup) => void;
}

/**
 * Repeats verdicts for as long as a kube-apiserver would, allow and deny each for its own time from when they were judged.
 * What was rejected is not repeated.
 */
export function withCache(judge: Judge, { ttls, clock, onLookup }: CacheWrapping): Judge {
  if (ttls.allowMs === 0 && ttls.denyMs === 0) return judge;
  return (generation, workload, context) => {
    const { verdicts } = generation;
    const { key } = context;
    const known = verdicts.get(key);
    // Still good at the last instant, as in kube-apiserver's cache.
    if (known !== undefined && clock.now() <= known.repeatableUntilMs) {
      onLookup("hit");
      return known;
    }
    onLookup(known === undefined ? "miss" : "expired");
    return onceJudged(judge(generation, workload, context), keep);

    function keep(judged: Judgement): Judgement {
      const ttlMs = judged.decision.verdict === "allow" ? ttls.allowMs : ttls.denyMs;
      if (ttlMs === 0) return judged;
      const judgement = { decision: judged.decision, repeatableUntilMs: clock.now() + ttlMs };
      verdicts.set(key, judgement);
      return judgement;
    }
  };
}
