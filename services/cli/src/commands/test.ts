import { type CaseResult, type LoadedCases, loadDecisionCases, runCases } from "@portcullis/decision-cases";
import { compile, evaluate, PolicyCompileError, type Snapshot } from "@portcullis/policy";
import { isJson, type RunCommand } from "../command-definition.ts";
import { counted } from "../counted.ts";
import { shippedCases } from "../shipped-files.ts";
import { styled, type Terminal } from "../terminal.ts";

interface TestReport {
  readonly files: number;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly { file: string; line: number; case: string; ok: boolean; message: string }[];
}

/** `portcullis test`. */
export const test: RunCommand = async ({ arguments: paths, options }, terminal) => {
  const files = await loadDecisionCases(paths.length === 0 ? [shippedCases(terminal.workingDirectory)] : paths);
  const results: CaseResult[] = [];
  for (const file of files) results.push(...(await runFile(file)));
  const report = toReport(files.length, results);
  await terminal.print(isJson(options) ? `${JSON.stringify(report)}\n` : describe(report, terminal));
  return report.failed === 0 ? 0 : 1;
};

function runFile(cases: LoadedCases): Promise<readonly CaseResult[]> {
  const snapshot = compilePolicies(cases);
  return runCases(cases, (workload) => evaluate(snapshot, workload));
}

function compilePolicies({ bundle, locationOf }: LoadedCases): Snapshot {
  try {
    return compile(bundle, { revision: { lineage: "test", epoch: 0, revision: 1 } });
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    throw new PolicyCompileError(error.problems.map((problem) => ({ ...problem, file: locationOf(problem.file) })));
  }
}

function toReport(files: number, results: readonly CaseResult[]): TestReport {
  const passed = results.filter(({ ok }) => ok).length;
  return {
    files,
    cases: results.length,
    passed,
    failed: results.length - passed,
    results: results.map(({ case: { file, line, name }, ok, differences }) => ({
      file,
      line,
      case: name,
      ok,
      message: differences.join("; "),
    })),
  };
}

function describe({ files, cases, passed, failed, results }: TestReport, terminal: Terminal): string {
  const failures = results
    .filter(({ ok }) => !ok)
    .map((result) => `${styled(terminal, "red", "fail")} ${result.file}:${result.line}: ${result.case}\n     ${result.message}\n`);
  const verdict = failed === 0 ? styled(terminal, "green", "all pass") : styled(terminal, "red", `${failed} failed, ${passed} passed`);
  return `${failures.join("")}${counted(cases, "case")} in ${counted(files, "file")}: ${verdict}\n`;
}
