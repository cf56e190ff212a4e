import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where test runs leave their JSON reports, for counting. */
export const reportFolder = join(import.meta.dirname, "..", "node_modules", ".cache", "reports");

/** Vitest arguments that write a report beside the usual output. */
export function reportArguments(name: string): readonly string[] {
  mkdirSync(reportFolder, { recursive: true });
  return ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile(name)}`];
}

export function reportFile(name: string): string {
  return join(reportFolder, `${name}.json`);
}

export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts of one report: tests, and files that failed before any of their tests ran. */
export function readTotals(file: string): TestTotals {
  const report: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(file, "utf8"));
  const count = (key: string): number => {
    const value = report[key];
    if (typeof value !== "number") throw new TypeError(`"${file}" has no number "${key}": is it a report of vitest?`);
    return value;
  };
  const failedTests = count("numFailedTests");
  const isFailed = report["success"] !== true;
  return {
    passed: count("numPassedTests"),
    failed: isFailed ? Math.max(failedTests, 1) : failedTests,
    skipped: count("numPendingTests") + count("numTodoTests"),
  };
}

/** Throws unless every test of a report ran and passed. */
export function assertAllRan(file: string): void {
  const { passed, failed, skipped } = readTotals(file);
  if (passed === 0) throw new Error("no test ran");
  if (failed > 0 || skipped > 0) throw new Error(`${failed} tests failed and ${skipped} were skipped: none may be`);
}
