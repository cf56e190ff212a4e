import { mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let base = "";

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "portcullis-folder-"));
});

afterAll(() => rm(base, { recursive: true }));

describe("makeFolder", () => {
  it("makes the folders above too, and keeps what stands", async () => {
    await mkdir(join(base, "stands"));

    await makeFolder(join(base, "stands", "a", "b"));
    await makeFolder(join(base, "stands", "a", "b"));

    expect((await stat(join(base, "stands", "a", "b"))).mode & 0o777).toBe(0o700);
  });

  it("gives up where a link leads nowhere", async () => {
    await symlink(join(base, "gone", "away"), join(base, "link"));

    await expect(makeFolder(join(base, "link", "a"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
