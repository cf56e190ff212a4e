import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-check-"));
});

afterAll(() => rm(folder, { recursive: true }));

function aPolicy(spec: string): string {
  return `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: example }\nspec:\n  ${spec}\n`;
}

async function check(files: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const path = await mkdtemp(join(folder, "case-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), text);
  }
  const terminal = recordedTerminal({ workingDirectory: path });

  const status = await run(["check", path, ...options], "0.0.0", terminal);

  return { status, path, ...terminal.written };
}

describe("check", () => {
  it("is content with policies that say what they mean, lists in nested files included", async () => {
    const { status, output, error } = await check({
      "a.yaml": aPolicy("allowFrom: [lists/ours.txt]"),
      "lists/ours.txt": "quay.io/acme/api@sha256:".padEnd(88, "0"),
    });

    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(output).toMatch(/: 1 policy with 1 pattern: 0 holes, 0 notes, \d+ pieces? of advice\n$/);
  });

  it("names every mistake of every file with file, line and field, and answers no", async () => {
    const { status, output } = await check({
      "a.yaml": aPolicy('allow: ["registry.internal"]'),
      "b.yaml": `${aPolicy("allow: []").replace("example", "other")}  surprise: 1\n`,
    });

    expect(status).toBe(1);
    expect(output).toMatch(/^a\.yaml:5: spec\.allow\[0\]: .*registry\.internal\/\*\*.* \([a-z-]+\)$/m);
    expect(output).toMatch(/^b\.yaml:6: spec\.surprise: .* \([a-z-]+\)$/m);
    expect(output).toContain("nothing of it would be served\n");
  });

  it("prints one JSON object for programs", async () => {
    const good = await check({ "a.yaml": aPolicy('allow: ["registry.corp.example/**"]') }, "--output", "json");
    const bad = await check({ "a.yaml": aPolicy("allow: 3") }, "--output", "json");

    expect(JSON.parse(good.output)).toMatchObject({
      ok: true,
      policies: 1,
      patterns: 1,
      mistakes: [],
      attacks: [],
      advice: expect.any(Array),
    });
    expect(good.status).toBe(0);
    expect(JSON.parse(bad.output)).toMatchObject({
      ok: false,
      mistakes: [{ file: "a.yaml", line: 5, field: "spec.allow", code: expect.any(String), message: expect.any(String) }],
    });
    expect(bad.status).toBe(1);
  });

  it("shows a foreign reference that strangers can put where an allow pattern admits it, and answers no", async () => {
    const { status, output } = await check({ "a.yaml": aPolicy('allow: ["**/app"]') });

    expect(status).toBe(1);
    expect(output).toMatch(/^a\.yaml:5: hole: policy "example" allows "\*\*\/app", and so "\S+\/app": /m);
    expect(output).toMatch(/: 1 hole, /);
  });

  it("names files as they can be opened from where it is run", async () => {
    const path = await mkdtemp(join(folder, "case-"));
    await mkdir(join(path, "policies/lists"), { recursive: true });
    await writeFile(join(path, "policies/a.yaml"), aPolicy("denyFrom: lists/evil.txt"));
    await writeFile(join(path, "policies/lists/evil.txt"), "evil.example\n");
    const terminal = recordedTerminal({ workingDirectory: path });

    const status = await run(["check", join(path, "policies")], "0.0.0", terminal);

    expect(status).toBe(1);
    expect(terminal.written.output).toMatch(/^policies\/lists\/evil\.txt:1: .* \(pattern-host-alone\)$/m);
  });

  it("gives advice that changes no exit status", async () => {
    const { status, output } = await check({
      "a.yaml": aPolicy('allow: ["registry.corp.example/**", "registry.corp.example/**"]'),
    });

    expect(status).toBe(0);
    expect(output).toMatch(/^a\.yaml:5: spec\.allow\[1\]: advice: .* \(lint-repeated-pattern\)$/m);
  });

  it("checks the example policies where no path is given", async () => {
    const terminal = recordedTerminal();

    expect(await run(["check"], "0.0.0", terminal)).toBe(0);
    expect(terminal.written.output).toMatch(/examples\/policies: \d+ policies .*: 0 holes, /);
  });

  it("gives no answer about a folder that does not exist or holds no policy", async () => {
    const terminal = recordedTerminal();
    const absent = await run(["check", join(folder, "absent")], "0.0.0", terminal);
    const empty = await check({});

    expect(absent).toBe(2);
    expect(terminal.written.error).toMatch(
      /^portcullis: .*absent" does not exist; create it, or name another \(policy-folder-missing\)\n$/,
    );
    expect(empty.status).toBe(2);
    expect(empty.error).toMatch(/\(policy-folder-empty\)\n$/);
  });
});
