import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

let folder = "";

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: ours }
spec: { allow: ["internal-registry.io/**"] }
---
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-test-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function testCases(name: string, cases: string, ...options: readonly string[]) {
  const path = join(folder, name);
  await writeFile(path, `${policy}apiVersion: portcullis.dev/v1\nkind: DecisionCases\ncases:\n${cases}`);
  const terminal = recordedTerminal();

  const status = await run(["test", path, ...options], "0.0.0", terminal);

  return { status, path, ...terminal.written };
}

const passing = '  - { name: ours, images: ["internal-registry.io/app"], expect: allow }\n';
const failing = '  - { name: theirs, images: ["evil.example/app"], expect: allow }\n';

describe("test", () => {
  it("says that all cases pass", async () => {
    expect(await testCases("pass.yaml", passing)).toMatchObject({ status: 0, output: "1 case in 1 file: all pass\n", error: "" });
  });

  it("shows what was expected of a case that fails, and where it stands", async () => {
    const { status, output, path } = await testCases("fail.yaml", passing + failing);

    expect(status).toBe(1);
    expect(output).toContain(`fail ${path}:10: theirs\n     expected allow, got deny`);
    expect(output).toMatch(/2 cases in 1 file: 1 failed, 1 passed\n$/);
  });

  it("counts and lists results for programs", async () => {
    const { output, path } = await testCases("json.yaml", passing + failing, "--output", "json");

    expect(JSON.parse(output)).toEqual({
      files: 1,
      cases: 2,
      passed: 1,
      failed: 1,
      results: [
        { file: path, line: 9, case: "ours", ok: true, message: "" },
        { file: path, line: 10, case: "theirs", ok: false, message: expect.stringContaining("expected allow, got deny") },
      ],
    });
  });

  it("gives no answer for a file with mistakes, and names each", async () => {
    const { status, output, error, path } = await testCases(
      "bad.yaml",
      "  - { name: a, expect: allow }\n  - { images: [x], expect: maybe }\n",
    );

    expect({ status, output }).toEqual({ status: 2, output: "" });
    expect(error).toContain(`portcullis: ${path}:9: `);
    expect(error).toContain(`portcullis: ${path}:10: `);
  });

  it("names the policies that do not compile as they can be opened", async () => {
    await writeFile(join(folder, "broken.yaml"), policy.replace("/**", ""));
    const path = join(folder, "from.yaml");
    await writeFile(path, `apiVersion: portcullis.dev/v1\nkind: DecisionCases\npoliciesFrom: [broken.yaml]\ncases:\n${passing}`);
    const terminal = recordedTerminal();

    const status = await run(["test", path], "0.0.0", terminal);

    expect(status).toBe(2);
    expect(terminal.written.error).toContain(`portcullis: ${join(folder, "broken.yaml")}:4: spec.allow[0]: `);
  });
});
