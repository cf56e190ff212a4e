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

/** Judges a workload within one generation. Cache, single-flight and log are wrappers of this type. */
export type Judge = (generation: Generation, workload: Workload, context: JudgeContext) => Promise<Judgement>;

/** `evaluate` of packages/policy, or a stand-in that fails. */
export type Evaluate = (snapshot: Snapshot, workload: Workload) => Decision;
