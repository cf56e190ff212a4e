import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aDigest } from "./chain-fixture.ts";
import { generateSigningKey } from "./signing-key.ts";
import { formatTrustAnchors, loadTrustAnchors, parseTrustAnchors, writeTrustAnchors } from "./trust-file.ts";

const { entry } = generateSigningKey();
const anchors = { lineage: "policies", keys: [entry, generateSigningKey().entry] };

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("loadTrustAnchors", () => {
  it.each([anchors, { ...anchors, startsAfter: { epoch: 2, revision: 7, digest: aDigest("7") } }])(
    "reads what was written: %#",
    async (each) => {
      const path = join(folder, "trusted-keys.json");
      await writeTrustAnchors(path, anchors);
      await writeTrustAnchors(path, each);

      expect(await loadTrustAnchors(path)).toEqual(each);
      expect((await stat(path)).mode & 0o777).toBe(0o644);
    },
  );

  it("names the file that is missing, and the one that says something else", async () => {
    const path = join(folder, "trusted-keys.json");
    await expect(loadTrustAnchors(path)).rejects.toMatchObject({ code: "trust-unreadable", message: expect.stringContaining(path) });

    await writeFile(path, "keys: []");
    await expect(loadTrustAnchors(path)).rejects.toMatchObject({ code: "trust-malformed", message: expect.stringContaining(path) });
  });
});

describe("parseTrustAnchors", () => {
  it.each<[string, Record<string, unknown>]>([
    ["lineage", { lineage: undefined }],
    ["lineage", { lineage: "two words" }],
    ["keys", { keys: [] }],
    ["keys[1]", { keys: [entry, "key"] }],
    ["keys", { keys: [entry, entry] }],
    ["keys[0].keyId", { keys: [{ ...entry, keyId: aDigest("0") }] }],
    ["startsAfter.digest", { startsAfter: { epoch: 1, revision: 1, digest: "abc" } }],
    ['"threshold"', { threshold: 2 }],
  ])("refuses a wrong %s", (at, fields) => {
    const bytes = Buffer.from(JSON.stringify({ ...anchors, ...fields }));

    expect(() => parseTrustAnchors(bytes, "keys.json")).toThrowError(
      expect.objectContaining({ code: "trust-malformed", message: expect.stringContaining(at) }),
    );
  });

  it("reads what people have indented", () => {
    expect(parseTrustAnchors(Buffer.from(formatTrustAnchors(anchors)), "keys.json")).toEqual(anchors);
  });
});

describe("writeTrustAnchors", () => {
  it("writes nothing that could not be read, nor where it cannot", async () => {
    const path = join(folder, "trusted-keys.json");

    await expect(writeTrustAnchors(path, { ...anchors, keys: [] })).rejects.toMatchObject({ code: "trust-malformed" });
    await expect(readFile(path)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(writeTrustAnchors(join(path, "below"), anchors)).rejects.toMatchObject({ code: "trust-unwritable" });
  });
});
