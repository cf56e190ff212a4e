/** Decision cases as data: parse them, run them against any Decide. */
export {
  type CaseExpectation,
  type CaseProblem,
  type CaseReview,
  type DecisionCase,
  type DecisionCases,
  DecisionCasesError,
  decisionCasesCodes,
  type ExpectedFinding,
} from "./decision-case.ts";
export { findCases } from "./find-cases.ts";
export { type LoadedCases, loadDecisionCases } from "./load-decision-cases.ts";
export { type CaseDecide, type CaseResult, runCase, runCases, type SeenAnswer } from "./run-cases.ts";
