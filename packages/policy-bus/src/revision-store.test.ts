import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileRevisionStore } from "./revision-store.ts";

const root = await mkdtemp(join(tmpdir(), "revision-store-"));
afterAll(() => rm(root, { recursive: true, force: true }));

describe("fileRevisionStore", () => {
  it("gives back what another start wrote, and nothing that was never written", async () => {
    const folder = join(root, "kept", "state");
    await (await fileRevisionStore(folder)).write("revision", Buffer.from("by"), Buffer.from("tes"));

    const store = await fileRevisionStore(folder);

    expect(await store.read("revision")).toEqual(Buffer.from("bytes"));
    expect(await store.read("progress")).toBeUndefined();
  });

  it("removes drafts that a crash left, and no other file", async () => {
    const folder = join(root, "drafts");
    await fileRevisionStore(folder);
    await writeFile(join(folder, "revision.0123456789ab.tmp"), "half");
    await writeFile(join(folder, "notes.tmp"), "ours");

    await fileRevisionStore(folder);

    expect(await readdir(folder)).toEqual(["notes.tmp"]);
  });

  it("rejects when a record cannot be read", async () => {
    const folder = join(root, "blocked");
    const store = await fileRevisionStore(folder);
    await fileRevisionStore(join(folder, "progress"));

    await expect(store.read("progress")).rejects.toThrow("EISDIR");
  });
});
