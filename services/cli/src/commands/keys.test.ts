import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadSigningKey, loadTrustAnchors } from "@portcullis/policy-bus";
import { createTemporaryFolder } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

async function keysFolder() {
  const folder = await createTemporaryFolder();
  async function keys(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const terminal = recordedTerminal({ workingDirectory: folder.path, environment });
    const status = await run(["keys", ...args], "0.0.0", terminal);
    return { status, ...terminal.written };
  }
  return { keys, path: folder.path, [Symbol.asyncDispose]: () => folder.remove() };
}

describe("keys init", () => {
  it("writes a key that only its owner may read, and the trust file that believes it", async () => {
    await using folder = await keysFolder();

    const { status, output, error } = await folder.keys(["init", "--lineage", "payments"]);

    const { key, warnings } = await loadSigningKey(join(folder.path, "signing.key"));
    expect({ status, error, warnings }).toEqual({ status: 0, error: "", warnings: [] });
    expect((await stat(join(folder.path, "signing.key"))).mode & 0o777).toBe(0o600);
    expect(await loadTrustAnchors(join(folder.path, "trust.json"))).toEqual({ lineage: "payments", keys: [key.entry] });
    expect(output).toContain(key.entry.keyId);
  });

  it("prints one object for programs", async () => {
    await using folder = await keysFolder();

    const { output } = await folder.keys(["init", "--key", "a.key", "--trust", "a.json", "--output", "json"]);

    const keyId = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.parse(output)).toEqual({ lineage: "default", keyId, keyFile: "a.key", trustFile: "a.json" });
  });

  it.each([
    ["a key", "signing-key-exists", ["init", "--trust", "other.json"]],
    ["a trust file", "cli-file-exists", ["init", "--key", "other.key"]],
  ])("never replaces %s", async (_what, code, args) => {
    await using folder = await keysFolder();
    await folder.keys(["init"]);
    const files = () => Promise.all(["signing.key", "trust.json"].map((name) => readFile(join(folder.path, name), "utf8")));
    const before = await files();

    const { status, error } = await folder.keys(args);

    expect(status).toBe(2);
    expect(error).toMatch(new RegExp(`^portcullis: ".*" exists; move it away, or name another file \\(${code}\\)\\n$`));
    expect(await files()).toEqual(before);
    await expect(stat(join(folder.path, "other.key"))).rejects.toThrow("ENOENT");
    await expect(stat(join(folder.path, "other.json"))).rejects.toThrow("ENOENT");
  });

  it("leaves no key behind where the lineage is none", async () => {
    await using folder = await keysFolder();

    const { status, error } = await folder.keys(["init", "--lineage", "a/b"]);

    expect(status).toBe(2);
    expect(error).toMatch(/lineage.*\(trust-malformed\)\n$/);
    await expect(stat(join(folder.path, "signing.key"))).rejects.toThrow("ENOENT");
  });
});

describe("keys show", () => {
  it("shows whom replicas begin with, and which file holds that key", async () => {
    await using folder = await keysFolder();
    await folder.keys(["init"]);

    const { status, output } = await folder.keys(["show"]);

    expect(status).toBe(0);
    expect(output).toMatch(/^trust\.json: replicas of "default" begin with\n {2}sha256:[0-9a-f]{64} {2}\(signing\.key\)\n$/);
  });

  it("says of a key that replicas do not believe that it may sign nothing", async () => {
    await using folder = await keysFolder();
    await folder.keys(["init"]);
    await folder.keys(["init", "--key", "stranger.key", "--trust", "stranger.json"]);

    const text = await folder.keys(["show", "--key", "stranger.key"]);
    const json = await folder.keys(["show", "--output", "json"], { PORTCULLIS_KEY: "stranger.key" });

    expect(text.status).toBe(1);
    expect(text.output).toMatch(/^may sign nothing now: sha256:[0-9a-f]{64} {2}\(stranger\.key\)$/m);
    expect(JSON.parse(json.output)).toMatchObject({ lineage: "default", keys: [{ file: "stranger.key", maySign: false }] });
  });

  it("warns of a key that others may read", async () => {
    await using folder = await keysFolder();
    await folder.keys(["init"]);
    await chmod(join(folder.path, "signing.key"), 0o644);

    const { status, error } = await folder.keys(["show"]);

    expect(status).toBe(0);
    expect(error).toMatch(/^portcullis: ".*signing\.key" may be read by others than its owner; run chmod 600 on it\n$/);
  });

  it("says that no key is at hand, and none may sign", async () => {
    await using folder = await keysFolder();
    await folder.keys(["init", "--key", "elsewhere.key"]);

    const { status, output } = await folder.keys(["show"]);

    expect(status).toBe(1);
    expect(output).toMatch(/no signing key is at hand\n$/);
  });

  it("gives no answer without a trust file", async () => {
    await using folder = await keysFolder();

    expect(await folder.keys(["show"])).toEqual({
      status: 2,
      output: "",
      error: expect.stringMatching(/trust\.json" cannot be read .*\(trust-unreadable\)\n$/),
    });
  });
});
