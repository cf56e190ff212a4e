import { type Decision, describeDenial, type Workload } from "@portcullis/policy";
import { compareDecision } from "./compare-decision.ts";
import type { DecisionCase, DecisionCases } from "./decision-case.ts";

/** What can be seen of an answer where findings stay inside: the response of a webhook. */
export interface SeenAnswer {
  readonly verdict: "allow" | "deny";
  /** `status.message` or `status.reason`; empty for an allow. */
  readonly message: string;
}

/** Whatever answers a review: the engine, a decision service, a webhook. */
export type CaseDecide = (workload: Workload, decisionCase: DecisionCase) => Decision | SeenAnswer | Promise<Decision | SeenAnswer>;

/** How one case ended. */
export interface CaseResult {
  readonly case: DecisionCase;
  readonly ok: boolean;
  /** What was expected and did not come; empty when `ok`. */
  readonly differences: readonly string[];
}

/** Runs every case of a file, one after the other. A `decide` that throws fails its case and no other. */
export async function runCases({ cases }: DecisionCases, decide: CaseDecide): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const decisionCase of cases) results.push(await runCase(decisionCase, decide));
  return results;
}

/** Runs one case. */
export async function runCase(decisionCase: DecisionCase, decide: CaseDecide): Promise<CaseResult> {
  try {
    const answer = await decide(decisionCase.workload, decisionCase);
    const differences = compareDecision(decisionCase.expect, describe(answer));
    return { case: decisionCase, ok: differences.length === 0, differences };
  } catch (error) {
    return { case: decisionCase, ok: false, differences: [`no decision: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function describe(answer: Decision | SeenAnswer): Parameters<typeof compareDecision>[1] {
  if (!("servedAt" in answer)) return { verdict: answer.verdict, message: answer.message, lists: undefined };
  const { verdict, warnings, audited } = answer;
  const denials = answer.verdict === "deny" ? answer.denials : [];
  return { verdict, message: answer.verdict === "deny" ? describeDenial(answer) : "", lists: { findings: denials, warnings, audited } };
}
