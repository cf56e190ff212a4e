import type { Judge } from "./judge.ts";

/** Judges equal workloads that arrive together once; whoever comes while the first is under way shares its outcome, failures too. */
export function withSingleFlight(judge: Judge): Judge {
  return (generation, workload, context) => {
    const { key } = context;
    const begun = generation.inFlight.get(key);
    if (begun !== undefined) return begun;
    const judging = judge(generation, workload, context).finally(() => generation.inFlight.delete(key));
    generation.inFlight.set(key, judging);
    return judging;
  };
}
