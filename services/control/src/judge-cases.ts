import { setImmediate } from "node:timers/promises";
import { type CaseResult, type DecisionCases, DecisionCasesError, findCases, runCases } from "@portcullis/decision-cases";
import { type Bundle, compileInSlices, evaluate, PolicyCompileError, type RevisionToken, type Snapshot } from "@portcullis/policy";
import type { CasesReport, FailedCase } from "./publish-report.ts";

/** What decisions that are only tried are served at. */
export const checkedRevision: RevisionToken = { lineage: "check", epoch: 0, revision: 0 };

/** Runs the cases that stand in a bundle; those that name no policies are judged by the bundle's snapshot. */
export async function judgeCases(bundle: Bundle, snapshot: Snapshot): Promise<CasesReport> {
  const found = tryFind(bundle);
  const failures = [...found.failures];
  let total = 0;
  let failed = 0;
  for (const file of found.cases) {
    const results = await tryRun(file, bundle, snapshot);
    total += file.cases.length;
    failed += results.length;
    failures.push(...results);
  }
  return { files: found.cases.length, cases: total, passed: Math.max(0, total - failed), failed: failures.length, failures };
}

interface FoundCases {
  readonly cases: readonly DecisionCases[];
  readonly failures: readonly FailedCase[];
}

function tryFind(bundle: Bundle): FoundCases {
  try {
    return { cases: findCases(bundle), failures: [] };
  } catch (error) {
    if (!(error instanceof DecisionCasesError)) throw error;
    const failures = error.problems.map(({ file, line, field, message }) => ({
      file,
      line,
      case: "",
      message: field === "" ? message : `${field}: ${message}`,
    }));
    return { cases: [], failures };
  }
}

async function tryRun(cases: DecisionCases, bundle: Bundle, snapshot: Snapshot): Promise<readonly FailedCase[]> {
  try {
    const judging =
      cases.bundle === bundle ? snapshot : await compileInSlices(cases.bundle, { revision: checkedRevision, pause: setImmediate });
    const results = await runCases(cases, (workload) => evaluate(judging, workload));
    return results.filter(({ ok }) => !ok).map(toFailure);
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    const [first] = error.problems;
    const message = `its policies do not compile: ${first?.file}:${first?.line}: ${first?.message}`;
    return cases.cases.map(({ file, line, name }) => ({ file, line, case: name, message }));
  }
}

function toFailure({ case: { file, line, name }, differences }: CaseResult): FailedCase {
  return { file, line, case: name, message: differences.join("; ") };
}
