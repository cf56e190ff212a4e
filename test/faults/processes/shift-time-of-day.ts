// `--import` of a process whose time of day is to jump: it is ahead by what a file says, which may change at any moment.
import { readFileSync, statSync } from "node:fs";

const file = process.env["TEST_TIME_FILE"] ?? "";
const trueNow = Date.now.bind(Date);
const lookEveryMs = 200;
let aheadMs = 0;
let lookedAtMs = Number.NEGATIVE_INFINITY;
let changedAt = 0;

function ahead(): number {
  if (performance.now() - lookedAtMs < lookEveryMs) return aheadMs;
  lookedAtMs = performance.now();
  const { mtimeMs } = statSync(file);
  if (mtimeMs !== changedAt) aheadMs = Number(readFileSync(file, "utf8"));
  changedAt = mtimeMs;
  return aheadMs;
}

Date.now = () => trueNow() + ahead();
