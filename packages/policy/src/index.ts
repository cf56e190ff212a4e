/** Policies and a workload in, a decision out. Pure: no clock, network, logger or environment. */
export type { Bundle, BundleFile } from "./bundle.ts";
export { type CompileOptions, compile, compileInSlices, PolicyCompileError, type PolicyProblem } from "./compile.ts";
export { type Answer, type Decide, type DecideContext, type UndecidedCode, UndecidedError, undecidedCodes } from "./decide.ts";
export {
  type Decision,
  type Enforcement,
  enforcements,
  type Finding,
  type FindingRule,
  findingRules,
  type RevisionToken,
} from "./decision.ts";
export { encodeWorkload } from "./encode-workload.ts";
export { evaluate } from "./evaluate.ts";
export type { Snapshot } from "./snapshot.ts";
export { type ImageField, imageFields, type Operation, operations, type Workload, type WorkloadImage } from "./workload.ts";
