import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileRevisionStore } from "./revision-store.ts";

const root = await mkdtemp(join(tmpdir(), "revision-store-"));
afterAll(() => rm(root, { recursive: true, force: true }));

async function written(folder: string, ...texts: readonly string[]): Promise<void> {
  const store = await fileRevisionStore(folder);
  for (const text of texts) await store.write("revision", Buffer.from(text));
  await store.close();
}

async function stored(folder: string): Promise<string | undefined> {
  const bytes = await (await fileRevisionStore(folder)).read("revision");
  return bytes && Buffer.from(bytes).toString();
}

describe("fileRevisionStore", () => {
  it("gives back what another start wrote, and nothing that was never written", async () => {
    const folder = join(root, "kept", "state");
    await written(folder, "bytes");

    const store = await fileRevisionStore(folder);

    expect(await store.read("revision")).toEqual(Buffer.from("bytes"));
    expect(await store.read("progress")).toBeUndefined();
  });

  it("gives back the last of many, shorter or longer, over many starts", async () => {
    const folder = join(root, "many");

    for (const text of ["one", "the second is longer", "3", "", "the fifth"]) {
      await written(folder, "between", text);
      expect(await stored(folder)).toBe(text);
    }
  });

  it("gives back the record before, wherever a crash cut the write of the next one short", async () => {
    const folder = join(root, "torn");
    await written(folder, "one", "the second", "the third one");
    const [older, newer] = [await readFile(join(folder, "revision.b")), await readFile(join(folder, "revision.a"))];

    for (let length = 0; length < newer.length; length++) {
      // What stood in the slot before shows behind what was written.
      await writeFile(join(folder, "revision.a"), Buffer.concat([newer.subarray(0, length), older.subarray(length)]));
      expect(await stored(folder)).toBe("the second");
    }
  });

  it("writes after a torn record, and keeps the whole one until then", async () => {
    const folder = join(root, "mended");
    await written(folder, "one", "two");
    await writeFile(join(folder, "revision.b"), "torn");

    expect(await stored(folder)).toBe("one");
    await written(folder, "three");

    expect(await stored(folder)).toBe("three");
    expect((await readFile(join(folder, "revision.a"))).subarray(-3).toString()).toBe("one");
  });

  it("takes a record that stands in both slots, as after a copy by hand", async () => {
    const folder = join(root, "copied");
    await written(folder, "one");
    await copyFile(join(folder, "revision.a"), join(folder, "revision.b"));
    await written(folder, "two");

    expect(await stored(folder)).toBe("two");
  });

  it("writes large records whole", async () => {
    const store = await fileRevisionStore(join(root, "large"));
    const large = Buffer.alloc(5 * 1024 * 1024, "0123456789");

    await store.write("revision", large);

    expect(large.equals((await store.read("revision")) ?? Buffer.alloc(0))).toBe(true);
    await store.close();
  });

  it("rejects when a record cannot be read", async () => {
    const folder = join(root, "blocked");
    const store = await fileRevisionStore(folder);
    await mkdir(join(folder, "progress.a"));

    await expect(store.read("progress")).rejects.toThrow("EISDIR");
  });
});
