import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomically } from "./write-file-atomically.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writeFileAtomically", () => {
  it("replaces a file with all of the new content, and leaves no other file", async () => {
    const path = join(folder, "state");
    await writeFile(path, "a long old content");

    await writeFileAtomically(path, Buffer.from("new"), { mode: 0o600 });

    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["state"]);
  });

  it("replaces nothing where the file must be new", async () => {
    const path = join(folder, "state");
    await writeFile(path, "old");

    await expect(writeFileAtomically(path, "new", { mode: 0o600, isNew: true })).rejects.toMatchObject({ code: "EEXIST" });
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["state"]);
  });
});
