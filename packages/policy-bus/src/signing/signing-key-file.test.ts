import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatSigningKey, generateSigningKey } from "./signing-key.ts";
import { loadSigningKey, writeSigningKey } from "./signing-key-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writeSigningKey", () => {
  it("writes a file that only its owner may read, and leaves no other", async () => {
    const path = join(folder, "signing.key");

    await writeSigningKey(path, generateSigningKey());

    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["signing.key"]);
  });

  it("never replaces a file", async () => {
    const path = join(folder, "signing.key");
    await writeFile(path, "precious");

    await expect(writeSigningKey(path, generateSigningKey())).rejects.toMatchObject({ code: "signing-key-exists" });
    expect(await readFile(path, "utf8")).toBe("precious");
    expect(await readdir(folder)).toEqual(["signing.key"]);
  });

  it("says where it cannot write", async () => {
    await expect(writeSigningKey(join(folder, "missing", "k"), generateSigningKey())).rejects.toMatchObject({
      code: "signing-key-unwritable",
    });
  });
});

describe("loadSigningKey", () => {
  it("reads what was written", async () => {
    const key = generateSigningKey();
    const path = join(folder, "signing.key");
    await writeSigningKey(path, key);

    const loaded = await loadSigningKey(path);

    expect(loaded.key.entry).toEqual(key.entry);
    expect(loaded.key.privateKey.equals(key.privateKey)).toBe(true);
    expect(loaded.warnings).toEqual([]);
  });

  it("warns of a file that others may read", async () => {
    const path = join(folder, "signing.key");
    await writeSigningKey(path, generateSigningKey());
    await chmod(path, 0o640);

    expect((await loadSigningKey(path)).warnings).toEqual([expect.stringContaining("chmod 600")]);
  });

  const pem = { format: "pem", type: "pkcs8" } as const;
  const pair = generateKeyPairSync("ed25519");

  it.each<[string, string | Buffer]>([
    ["nothing", ""],
    ["no PEM", "hello"],
    ["a public key", pair.publicKey.export({ format: "pem", type: "spki" })],
    ["a key of another type", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem)],
    ["a passphrase", pair.privateKey.export({ ...pem, cipher: "aes-256-cbc", passphrase: "secret" })],
    ["half a key", formatSigningKey(generateSigningKey()).slice(0, 80)],
  ])("refuses a file with %s", async (_, content) => {
    const path = join(folder, "signing.key");
    await writeFile(path, content);

    await expect(loadSigningKey(path)).rejects.toMatchObject({ code: "signing-key-malformed", message: expect.stringContaining(path) });
  });

  it("refuses what is missing, a folder, a file too large, and a pipe without waiting for it", async () => {
    const large = join(folder, "large");
    await writeFile(large, Buffer.alloc(65_537));
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);

    for (const path of [join(folder, "missing"), folder, large, pipe]) {
      await expect(loadSigningKey(path)).rejects.toMatchObject({ code: "signing-key-unreadable" });
    }
  });
});
