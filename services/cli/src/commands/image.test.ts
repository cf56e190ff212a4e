import { describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

async function runOnce(args: readonly string[], input: readonly (string | Uint8Array)[] = []) {
  const terminal = recordedTerminal({ input });

  const status = await run(args, "0.0.0", terminal);

  return { status, ...terminal.written };
}

function linesOf(output: string): unknown[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("image parse", () => {
  it("answers each line of standard input in order, the bad ones too", async () => {
    const input = ['"nginx:1.25"\n"x//', '"\nnginx\n3\n\n"quay.io/a/b@sha256:', `${"0".repeat(64)}"`];

    const { status, output, error } = await runOnce(["image", "parse", "-"], input);

    expect(linesOf(output)).toEqual([
      {
        input: "nginx:1.25",
        ok: true,
        host: "docker.io",
        path: "library/nginx",
        tag: "1.25",
        digest: null,
        canonical: "docker.io/library/nginx:1.25",
      },
      { input: "x//", ok: false, problem: expect.stringMatching(/^image-/), message: expect.any(String) },
      { input: "nginx", ok: false, problem: "cli-bad-line", message: expect.stringContaining("no JSON") },
      { input: "3", ok: false, problem: "cli-bad-line", message: expect.stringContaining("no string") },
      { input: "", ok: false, problem: "cli-bad-line", message: expect.stringContaining("no JSON") },
      {
        input: `quay.io/a/b@sha256:${"0".repeat(64)}`,
        ok: true,
        host: "quay.io",
        path: "a/b",
        tag: null,
        digest: `sha256:${"0".repeat(64)}`,
        canonical: `quay.io/a/b@sha256:${"0".repeat(64)}`,
      },
    ]);
    expect({ status, error }).toEqual({ status: 2, error: "" });
  });

  it("answers a line as soon as it has come, before the next one", async () => {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    async function* input() {
      yield Buffer.from('"nginx"\n');
      await answered;
      yield Buffer.from('"redis"\n');
    }
    const terminal = { ...recordedTerminal({ onWrite: () => resolve() }), input };

    expect(await run(["image", "parse", "-"], "0.0.0", terminal)).toBe(0);
    expect(linesOf(terminal.written.output)).toMatchObject([{ input: "nginx" }, { input: "redis" }]);
  });

  it("reads a line without end without keeping it", async () => {
    const long = Buffer.alloc(600_000, "a");

    const { status, output } = await runOnce(["image", "parse", "-"], ['"', long, long, '"\n"nginx"\n']);

    expect(status).toBe(2);
    expect(linesOf(output)).toMatchObject([
      { ok: false, problem: "cli-bad-line" },
      { ok: true, input: "nginx" },
    ]);
  });

  it("keeps odd strings as they are", async () => {
    const { output } = await runOnce(["image", "parse", "-"], ['"\\ud800"\n"a\\nb"\n""\n']);

    expect(linesOf(output)).toMatchObject([
      { input: "\ud800", ok: false },
      { input: "a\nb", ok: false },
      { input: "", ok: false, problem: "image-empty" },
    ]);
  });

  it("answers no with exit status 1, in words for people", async () => {
    const { status, output } = await runOnce(["image", "parse", "nginx", "nginx//x"]);

    expect(status).toBe(1);
    expect(output).toContain("canonical  docker.io/library/nginx\n");
    expect(output).toContain("nginx//x\n  no image reference: ");
  });

  it("answers arguments as JSON, one object per line", async () => {
    const { status, output } = await runOnce(["image", "parse", "nginx", "redis:7", "--output", "json"]);

    expect(status).toBe(0);
    expect(linesOf(output)).toMatchObject([{ canonical: "docker.io/library/nginx" }, { canonical: "docker.io/library/redis:7" }]);
  });
});

describe("image match", () => {
  it("says per reference whether it matches, and why", async () => {
    const { status, output } = await runOnce([
      "image",
      "match",
      "registry.internal/**",
      "registry.internal/a/b:1",
      "registry.internal.evil.example/a",
    ]);

    expect(status).toBe(1);
    expect(output).toMatch(/^registry\.internal\/a\/b:1 matches registry\.internal\/\*\* as allow\n {2}\S/);
    expect(output).toMatch(/\nregistry\.internal\.evil\.example\/a does not match registry\.internal\/\*\* as allow\n {2}\S/);
  });

  it("sees through spellings as a deny, and not as an allow", async () => {
    const args = ["image", "match", "nginx", "docker.io:443/library/nginx", "--output", "json"];

    const asAllow = await runOnce(args);
    const asDeny = await runOnce([...args, "--as", "deny"]);

    expect(asAllow.status).toBe(1);
    expect(asDeny.status).toBe(0);
    expect(linesOf(asDeny.output)).toEqual([
      {
        pattern: "nginx",
        input: "docker.io:443/library/nginx",
        mode: "deny",
        matches: true,
        canonical: "docker.io:443/library/nginx",
        reasons: expect.any(Array),
      },
    ]);
  });

  it("gives no answer for a pattern that is none, and suggests one", async () => {
    const { status, output, error } = await runOnce(["image", "match", "registry.internal", "registry.internal/a"]);

    expect({ status, output }).toEqual({ status: 2, output: "" });
    expect(error).toMatch(/^portcullis: "registry\.internal" is no pattern: .*write "registry\.internal\/\*\*" \(pattern-host-alone\)\n$/);
  });

  it("names to programs what is wrong with a pattern", async () => {
    const { status, output, error } = await runOnce(["image", "match", "registry.internal*", "registry.internal/a", "-o", "json"]);

    expect({ status, error }).toEqual({ status: 2, error: "" });
    expect(linesOf(output)).toEqual([
      {
        pattern: "registry.internal*",
        ok: false,
        problem: "pattern-open-prefix",
        message: expect.stringContaining("registry.internal/**"),
      },
    ]);
  });

  it("does not match what is no reference", async () => {
    const { status, output } = await runOnce(["image", "match", "**", "a//b", "-o", "json"]);

    expect(status).toBe(1);
    expect(linesOf(output)).toMatchObject([{ matches: false, canonical: "", reasons: [expect.stringContaining("no image reference")] }]);
  });
});
