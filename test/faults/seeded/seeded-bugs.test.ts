import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { checkHistory, properties } from "../checker/check-history.ts";
import { parseHistory } from "../history/read-history.ts";
import { seededBugs } from "./seeded-bugs.ts";

const run = promisify(execFile);

/** Promises that a scripted life breaks, with a bug seeded into it or without. */
async function brokenBy(...bug: readonly string[]): Promise<readonly string[]> {
  const args = ["--conditions=source", join(import.meta.dirname, "seeded-run.ts"), ...bug];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return checkHistory(parseHistory(stdout)).map(({ property }) => property);
}

describe("checkHistory on a scripted life", () => {
  it("finds nothing without a bug", async () => {
    expect(await brokenBy()).toEqual([]);
  });

  it.each(seededBugs)("catches the bug: $name", async ({ name, breaks }) => {
    expect(await brokenBy(name)).toContain(breaks);
  });

  it("is shown to need each of its properties", () => {
    expect(new Set(seededBugs.map(({ breaks }) => breaks))).toEqual(new Set(Object.keys(properties)));
  });
});
