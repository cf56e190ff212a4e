import type { PatternProblemCode } from "@portcullis/image-ref";

/** Every kind of mistake a policy author can make, beside those of a pattern. */
export const policyProblemCodes = [
  "policy-yaml",
  "policy-file-too-large",
  "policy-too-many-aliases",
  "policy-duplicate-key",
  "policy-unknown-kind",
  "policy-unknown-field",
  "policy-missing-field",
  "policy-wrong-type",
  "policy-wrong-value",
  "policy-duplicate-name",
  "policy-second-bundle",
  "policy-none",
  "policy-says-nothing",
  "policy-empty-list",
  "policy-bad-glob",
  "policy-unknown-placeholder",
  "policy-list-outside",
  "policy-list-missing",
  "policy-overlay-stray",
  "policy-overlay-settings",
  "policy-overlay-list",
  "policy-slow-list",
  "policy-too-many-problems",
] as const;
export type PolicyProblemCode = (typeof policyProblemCodes)[number] | PatternProblemCode;

/** Codes of `PolicyCompileError`. */
export const policyErrorCodes = ["policy-invalid"] as const;

/** One mistake in a bundle. */
export interface PolicyProblem {
  readonly code: PolicyProblemCode;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** `spec.allow[2]`; empty when the whole document or a line of a list file is meant. */
  readonly field: string;
  /** A lower-case clause that says what is wrong and what to write instead. */
  readonly message: string;
}

/** All mistakes of a bundle, in every document. A bundle compiles whole or not at all. */
export class PolicyCompileError extends Error {
  override readonly name = "PolicyCompileError";
  readonly code: (typeof policyErrorCodes)[number] = "policy-invalid";
  /** Sorted by file and line. At most 501; the last then says how many more there are. */
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(describePolicyProblem).join("\n"));
    this.problems = problems;
  }
}

/** One line for people: `policies.yaml:7: spec.allow[2]: …`. */
export function describePolicyProblem({ file, line, field, message }: Omit<PolicyProblem, "code">): string {
  return `${file}:${line}: ${field === "" ? "" : `${field}: `}${message}`;
}
