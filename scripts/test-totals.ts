// `node scripts/test-totals.ts FAILED_STAGES REPORT…`: the last line of a CI run. A report that is missing counts nothing: its
// stage has failed. A skipped test counts as failed.
import { existsSync } from "node:fs";
import { readTotals } from "./test-report.ts";

const [failedStages = "0", ...files] = process.argv.slice(2);
const totals = files.filter(existsSync).map(readTotals);
const passed = totals.reduce((sum, report) => sum + report.passed, 0);
const failedTests = totals.reduce((sum, report) => sum + report.failed + report.skipped, 0);
// A stage that failed without a failed test (a lint, a type) is one failure too.
const failed = Math.max(failedTests, Number(failedStages), passed === 0 ? 1 : 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
