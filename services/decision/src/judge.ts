import type { Decision, Snapshot, Workload } from "@portcullis/policy";
import type { Generation } from "./generation.ts";
import type { Judgement } from "./judgement.ts";

/** What travels beside a workload into a judgement, and never changes the verdict. */
export interface JudgeContext {
  readonly decisionId: string;
  /** `workloadKey` of the workload. */
  readonly key: string;
  readonly traceparent: string | undefined;
}

/**
 * Judges a workload within one generation. Cache, single-flight and log are wrappers of this type. Whoever has to wait for
 * nobody answers at once: a promise per wrapper costs more than judging three images.
 */
export type Judge = (generation: Generation, workload: Workload, context: JudgeContext) => Judgement | Promise<Judgement>;

/** `evaluate` of packages/policy, or a stand-in that takes its time or fails. */
export type Evaluate = (snapshot: Snapshot, workload: Workload) => Decision | Promise<Decision>;

/** Goes on with what was judged: at once where it is there, later where it was promised. */
export function onceJudged<Judged, Result>(judged: Judged | Promise<Judged>, next: (judged: Judged) => Result): Result | Promise<Result> {
  return judged instanceof Promise ? judged.then(next) : next(judged);
}
