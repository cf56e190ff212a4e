import type { Judge } from "./judge.ts";

/**
 * Judges equal workloads that arrive together once; whoever comes while the first is under way shares its outcome, failures too.
 * What is judged at once is never under way.
 */
export function withSingleFlight(judge: Judge): Judge {
  return (generation, workload, context) => {
    const { inFlight } = generation;
    const { key } = context;
    const begun = inFlight.size === 0 ? undefined : inFlight.get(key);
    if (begun !== undefined) return begun;
    const judged = judge(generation, workload, context);
    if (!(judged instanceof Promise)) return judged;
    const judging = judged.finally(() => inFlight.delete(key));
    inFlight.set(key, judging);
    return judging;
  };
}
