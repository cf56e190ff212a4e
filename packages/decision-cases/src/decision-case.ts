import type { Bundle, Finding, Workload } from "@portcullis/policy";

/** A file with `kind: DecisionCases`: policies, and what they must say to each of a list of reviews. */
export interface DecisionCases {
  readonly file: string;
  /** What the file is about, in one sentence; empty where it does not say. */
  readonly about: string;
  /** The policies that stand beside the cases in their file, its `files`, and what `policiesFrom` names. */
  readonly bundle: Bundle;
  readonly cases: readonly DecisionCase[];
}

/** One review and the decision it must get. */
export interface DecisionCase {
  /** A sentence; unique in its file. */
  readonly name: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly workload: Workload;
  readonly review: CaseReview;
  readonly expect: CaseExpectation;
}

/** The review as a kube-apiserver would send it, for whoever wants to POST it. */
export interface CaseReview {
  readonly protocol: "admission" | "image-review";
  /** The cluster that asks; no body says it. */
  readonly cluster: string;
  /** JSON. */
  readonly body: string;
}

/** What must be true of the answer. Lists are compared whole and in any order; a list left out is not looked at. */
export interface CaseExpectation {
  readonly verdict: "allow" | "deny";
  /** Texts that the denial must hold. */
  readonly message: readonly string[];
  readonly findings: readonly ExpectedFinding[] | undefined;
  readonly warnings: readonly ExpectedFinding[] | undefined;
  readonly audited: readonly ExpectedFinding[] | undefined;
}

/** Fields a finding must have; `message` is a text its message must hold. */
export type ExpectedFinding = Readonly<
  Partial<Pick<Finding, "policy" | "rule" | "image" | "canonical" | "field" | "container" | "message">>
>;

/** One mistake in a file of cases. */
export interface CaseProblem {
  readonly file: string;
  /** Counted from 1; 0 where it is about no line, as there is no such file. */
  readonly line: number;
  /** `cases[2].expect`; empty when the whole file is meant. */
  readonly field: string;
  readonly message: string;
}

/** Codes of `DecisionCasesError`. */
export const decisionCasesCodes = ["cases-invalid"] as const;

/** All mistakes of all files together. */
export class DecisionCasesError extends Error {
  override readonly name = "DecisionCasesError";
  readonly code: (typeof decisionCasesCodes)[number] = "cases-invalid";
  readonly problems: readonly CaseProblem[];

  constructor(problems: readonly CaseProblem[]) {
    super(problems.map(describeProblem).join("\n"));
    this.problems = problems;
  }
}

function describeProblem({ file, line, field, message }: CaseProblem): string {
  const place = [line === 0 ? file : `${file}:${line}`, field].filter((part) => part !== "");
  return [...place, message].join(": ");
}
