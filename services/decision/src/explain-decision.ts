import { type Answer, type Explanation, explain, type Workload } from "@portcullis/policy";
import { toAnswer } from "./decide.ts";
import type { Generation } from "./generation.ts";
import type { PolicyAge } from "./policy-age.ts";

export interface ExplainOptions {
  readonly decisionId: string;
  readonly age: PolicyAge;
}

/** An answer, and one line for people per policy and image on how it came about. */
export interface ExplainedAnswer {
  readonly answer: Answer;
  readonly steps: readonly string[];
}

/** Most lines of one explanation; the last then says how many more there are. */
export const maxSteps = 1_000;
// A name of 7 MiB explains nothing.
const maxStepLength = 1_024;

/** Explains by the snapshot of a generation, past every cache. */
export function explainDecision({ snapshot }: Generation, workload: Workload, { decisionId, age }: ExplainOptions): ExplainedAnswer {
  const explanation = explain(snapshot, workload);
  return {
    answer: toAnswer(explanation.decision, decisionId, { ...age, repeatableMs: 0 }),
    steps: bounded(toSteps(explanation)),
  };
}

function* toSteps({ summary, policies }: Explanation): Generator<string> {
  yield summary;
  for (const { policy, enforcement, scope, images } of policies) {
    const name = `policy ${JSON.stringify(policy)} (${enforcement})`;
    if (scope !== "judged") yield `${name}: ${scope === "exempt" ? "excludes this workload" : "does not match this workload"}`;
    for (const { image, field, broken, because } of images) {
      const outcome = broken.length === 0 ? "has nothing against it" : `broken: ${broken.join(", ")}`;
      yield `${name}: image ${JSON.stringify(image)} in ${field}: ${because}; ${outcome}`;
    }
  }
}

function bounded(steps: Iterable<string>): readonly string[] {
  const kept: string[] = [];
  let rest = 0;
  for (const step of steps) {
    if (kept.length < maxSteps) kept.push(step.length <= maxStepLength ? step : `${step.slice(0, maxStepLength).toWellFormed()}…`);
    else rest += 1;
  }
  return rest === 0 ? kept : [...kept, `and ${rest} more`];
}
