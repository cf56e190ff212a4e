import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename, resolve } from "node:path";
import { createTemporaryFolder } from "@portcullis/testing";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const forbiddenNames = ["utils", "util", "helpers", "helper", "common", "shared", "misc", "types", "constants"];
const limits = ["noExcessiveLinesPerFile", "noExcessiveLinesPerFunction", "noExcessiveCognitiveComplexity"];

/** Files, lines and limits that are exceeded below a folder, with the settings of this repository. */
function exceeded(folder: string): readonly string[] {
  const settings = [`--config-path=${root}`, ...(folder === root ? [] : ["--vcs-enabled=false"])];
  const args = ["lint", ...settings, "--reporter=github", "--max-diagnostics=none", "."];
  const { stdout } = spawnSync("biome", args, { cwd: folder, encoding: "utf8", maxBuffer: 64_000_000 });
  return stdout.split("\n").filter((line) => limits.some((limit) => line.includes(limit)));
}

describe("sizes", () => {
  it("stay within 300 lines per file, 50 per function and a cognitive complexity of 12", () => {
    expect(exceeded(root)).toEqual([]);
  });

  it.each([
    { limit: "noExcessiveLinesPerFile", text: "export const a = 1;\n".repeat(301) },
    { limit: "noExcessiveLinesPerFunction", text: `export function a(): void {\n${"  b();\n".repeat(51)}}\n` },
    { limit: "noExcessiveCognitiveComplexity", text: `export function a(b: boolean): void {\n${"  if (b) return;\n".repeat(13)}}\n` },
  ])("are noticed: $limit", async ({ limit, text }) => {
    await using folder = await createTemporaryFolder();
    await folder.write("a.ts", text);

    expect(exceeded(folder.path)).toEqual([expect.stringContaining(limit)]);
  });
});

describe("file names", () => {
  it("say what a file is about", () => {
    const files = globSync("{packages,services,test,scripts}/**/*.{ts,mjs}", { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] });

    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => forbiddenNames.includes(basename(file).split(".")[0] ?? ""))).toEqual([]);
  });
});
