import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BundleFile } from "@portcullis/policy";
import { describe, expect, it, onTestFinished } from "vitest";
import { defaultBundleLimits, loadPolicyBundle } from "./load-policy-bundle.ts";

describe("loadPolicyBundle", () => {
  it("reads documents and lists of a folder by their relative paths, and leaves the rest", async () => {
    const folder = await aFolder({
      "b.yaml": "b",
      "a.yml": "a",
      "lists/deny.txt": "c",
      "README.md": "-",
      ".hidden.yaml": "-",
      "b.yaml~": "-",
    });

    const { bundle } = await loadPolicyBundle([folder]);

    expect(bundle.files).toEqual([
      { path: "a.yml", text: "a" },
      { path: "b.yaml", text: "b" },
      { path: "lists/deny.txt", text: "c" },
    ]);
  });

  it("reads a file that is named by itself, whatever it ends in", async () => {
    const folder = await aFolder({ "a.yaml": "a", images: "b" });

    const { bundle } = await loadPolicyBundle([join(folder, "a.yaml"), join(folder, "images")]);

    expect(bundle.files.map(({ path }) => path)).toEqual(["a.yaml", "images"]);
  });

  it("knows where its files stand, as reached from what was given", async () => {
    const folder = await aFolder({ "a.yaml": "a", "lists/deny.txt": "b" });

    const { locationOf } = await loadPolicyBundle([folder]);

    expect(locationOf("lists/deny.txt")).toBe(join(folder, "lists/deny.txt"));
    expect(locationOf("other.txt")).toBe("other.txt");
  });

  it("does not walk a link to a folder above itself for ever", async () => {
    const folder = await aFolder({ "a.yaml": "a" });
    await symlink(".", join(folder, "again"));

    const { bundle } = await loadPolicyBundle([folder]);

    expect(bundle.files.length).toBeLessThan(12);
  });

  it.each([
    ["policy-folder-missing", async () => "/nonexistent/policies"],
    ["policy-folder-empty", async () => aFolder({ "list.txt": "quay.io/acme/**" })],
    ["policy-not-utf8", async () => aFolder({ "a.yaml": Buffer.from([0x61, 0xff, 0x62]) })],
    ["policy-unreadable-file", aFolderWithAPipe],
  ])("says %s and what to do", async (code, make) => {
    const folder = await make();

    await expect(loadPolicyBundle([folder])).rejects.toMatchObject({ code, problems: [{ code, message: expect.stringContaining(";") }] });
  });

  it("refuses two files of one name from two folders", async () => {
    const [one, other] = [await aFolder({ "a.yaml": "1" }), await aFolder({ "a.yaml": "2" })];

    await expect(loadPolicyBundle([one, other])).rejects.toMatchObject({ code: "policy-file-twice" });
  });

  it.each([
    ["policy-oversized-file", { maxFileBytes: 9 }],
    ["policy-oversized-folder", { maxBundleBytes: 19 }],
    ["policy-oversized-folder", { maxFiles: 1 }],
  ])("says %s before it reads more than %o", async (code, limit) => {
    const folder = await aFolder({ "a.yaml": "0123456789", "b.yaml": "0123456789" });

    await expect(loadPolicyBundle([folder], { ...defaultBundleLimits, ...limit })).rejects.toMatchObject({ code });
  });

  it("reads a list of 1,000,000 references with digests within its limits", async () => {
    const line = `registry.example/team/application@sha256:${"0".repeat(64)}\n`;
    const folder = await aFolder({ "a.yaml": "a", "list.txt": line.repeat(1_000_000) });

    const { bundle } = await loadPolicyBundle([folder]);

    expect(textOf(bundle.files[1]).length).toBe(line.length * 1_000_000);
  });

  it("reads a long list in pieces that hold all of its characters", async () => {
    const text = "# 😀é€x\n".repeat(300_000);
    const folder = await aFolder({ "a.yaml": "a", "list.txt": text });

    const { bundle } = await loadPolicyBundle([folder]);

    expect(bundle.files[1]?.rest?.length).toBeGreaterThan(2);
    expect(textOf(bundle.files[1])).toBe(text);
  });

  it.each([0, 1_048_575, 2_000_000])("refuses what is no UTF-8 behind %i bytes", async (length) => {
    const text = Buffer.concat([Buffer.alloc(length, "x"), Buffer.from([0xe2, 0x82])]);
    const folder = await aFolder({ "a.yaml": "a", "list.txt": text });

    await expect(loadPolicyBundle([folder])).rejects.toMatchObject({ code: "policy-not-utf8" });
  });
});

function textOf(file: BundleFile | undefined): string {
  return file === undefined ? "" : [file.text, ...(file.rest ?? [])].join("");
}

async function aFolder(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bundle-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function aFolderWithAPipe(): Promise<string> {
  const folder = await aFolder({});
  execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
  return folder;
}
