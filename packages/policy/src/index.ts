/** Policies and a workload in, a decision out. Pure: no clock, network, logger or environment. */

export { countNames } from "./assemble-snapshot.ts";
export { type Attack, attack } from "./attack.ts";
export type { Bundle, BundleFile } from "./bundle.ts";
export { assembleInSlices, type CompileOptions, compile, compileInSlices, compileParts } from "./compile.ts";
export {
  type Answer,
  type Consistency,
  type Decide,
  type DecideContext,
  type UndecidedCode,
  UndecidedError,
  undecidedCodes,
} from "./decide.ts";
export {
  type Decision,
  type Enforcement,
  enforcements,
  type Finding,
  type FindingRule,
  findingRules,
  type RevisionToken,
} from "./decision.ts";
export { describeDenial, describeWarning, formatRevision } from "./describe-denial.ts";
export { type BundleDefaults, type BundleDifference, type Differences, diffBundles, type ListDifference } from "./diff-bundles.ts";
export { encodeWorkload } from "./encode-workload.ts";
export { evaluate } from "./evaluate.ts";
export { type Explanation, explain, type ImageExplanation, type PolicyExplanation } from "./explain.ts";
export { lint } from "./lint.ts";
export { type Lint, type LintCode, lintCodes } from "./lint-advice.ts";
export { bundleOfCluster, clusterGlobPattern, namesCluster, overlayGlobOf } from "./overlays.ts";
export {
  describePolicyProblem,
  PolicyCompileError,
  type PolicyProblem,
  type PolicyProblemCode,
  policyErrorCodes,
  policyProblemCodes,
} from "./policy-problem.ts";
export { isBeyondPolicies } from "./policy-scope.ts";
export type { CompiledPolicy, Snapshot } from "./snapshot.ts";
export { buffersOfSegment, type PolicyParts, type SegmentParts, type SnapshotParts } from "./snapshot-parts.ts";
export { type ImageField, imageFields, type Operation, operations, type Workload, type WorkloadImage } from "./workload.ts";
