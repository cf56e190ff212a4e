import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CertificateAuthority, createCertificateAuthority, loadTlsFiles, type TlsFilesWatcher, watchTlsFiles } from "./index.ts";

let ca: CertificateAuthority;
let folder = "";
let watcher: TlsFilesWatcher | undefined;
beforeAll(async () => {
  ca = await createCertificateAuthority({ commonName: "test" });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-tls-"));
});
afterEach(async () => {
  watcher?.close();
  await rm(folder, { recursive: true, force: true });
});

async function writeNewPair(into: string, notAfter?: Date): Promise<{ certFile: string; keyFile: string }> {
  const pair = await ca.issue({
    commonName: "a",
    usage: "server",
    notBefore: new Date(0),
    ...(notAfter === undefined ? {} : { notAfter }),
  });
  const files = { certFile: join(into, "tls.crt"), keyFile: join(into, "tls.key") };
  await writeFile(files.certFile, pair.certPem);
  await writeFile(files.keyFile, pair.keyPem);
  return files;
}

async function watchNewPair(): Promise<{ files: { certFile: string; keyFile: string }; seen: string[]; check: () => Promise<void> }> {
  const files = await writeNewPair(folder);
  const seen: string[] = [];
  const current = await loadTlsFiles(files);
  watcher = watchTlsFiles(files, {
    current,
    onReload: () => seen.push("reload"),
    onProblem: ({ code }) => seen.push(code),
    intervalMs: 60_000,
  });
  return { files, seen, check: watcher.check };
}

describe("watchTlsFiles", () => {
  it("reloads when the content changed, and only then", async () => {
    const { seen, check } = await watchNewPair();

    await check();
    await writeNewPair(folder);
    await check();
    await check();

    expect(seen).toEqual(["reload"]);
  });

  it("keeps the old pair when the new one is bad, and says so once", async () => {
    const { files, seen, check } = await watchNewPair();

    await writeFile(files.certFile, "garbage");
    for (let look = 0; look < 4; look++) await check();
    await writeNewPair(folder);
    await check();

    expect(seen).toEqual(["pki-malformed", "reload"]);
  });

  it("says that a problem is over when the files are what they were before it", async () => {
    const { files, seen, check } = await watchNewPair();

    await rename(files.certFile, `${files.certFile}.away`);
    for (let look = 0; look < 3; look++) await check();
    await rename(`${files.certFile}.away`, files.certFile);
    for (let look = 0; look < 3; look++) await check();

    expect(seen).toEqual(["pki-unreadable", "reload"]);
  });

  it("waits for the second file of a pair before it complains", async () => {
    const { files, seen, check } = await watchNewPair();
    const next = await ca.issue({ commonName: "b", usage: "server" });

    await writeFile(files.certFile, next.certPem);
    await check();
    await writeFile(files.keyFile, next.keyPem);
    await check();

    expect(seen).toEqual(["reload"]);
  });

  it("follows the symbolic link by which a mounted Secret is swapped", async () => {
    for (const version of ["1", "2"]) {
      await mkdir(join(folder, version));
      await writeNewPair(join(folder, version));
    }
    await symlink("1", join(folder, "data"));
    const files = { certFile: join(folder, "data", "tls.crt"), keyFile: join(folder, "data", "tls.key") };
    const seen: string[] = [];
    watcher = watchTlsFiles(files, {
      current: await loadTlsFiles(files),
      onReload: () => seen.push("reload"),
      onProblem: () => seen.push("problem"),
    });

    await symlink("2", join(folder, "next"));
    await rename(join(folder, "next"), join(folder, "data"));
    await watcher.check();

    expect(seen).toEqual(["reload"]);
  });

  it("looks at its interval", async () => {
    const files = await writeNewPair(folder);

    await new Promise<void>((resolve, reject) => {
      watcher = watchTlsFiles(files, { onReload: () => resolve(), onProblem: reject, intervalMs: 5 });
    });
  });
});

describe("loadTlsFiles", () => {
  it.each([
    ["pki-unreadable", async () => ({ certFile: join(folder, "none"), keyFile: join(folder, "none") })],
    ["pki-expired", () => writeNewPair(folder, new Date(1_000_000_000_000))],
    ["pki-mismatch", async () => ({ ...(await writeNewPair(folder)), certFile: await otherCertificate() })],
    ["pki-malformed", async () => ({ ...(await writeNewPair(folder)), caFile: join(folder, "tls.key") })],
    ["pki-malformed", async () => ({ ...(await writeNewPair(folder)), keyFile: join(folder, "tls.crt") })],
    ["pki-not-yet-valid", futurePair],
  ])("refuses with %s", async (code, write) => {
    await expect(loadTlsFiles(await write())).rejects.toMatchObject({ code });
  });

  async function otherCertificate(): Promise<string> {
    const path = join(folder, "other.crt");
    await writeFile(path, (await ca.issue({ commonName: "other", usage: "server" })).certPem);
    return path;
  }

  async function futurePair(): Promise<{ certFile: string; keyFile: string }> {
    const pair = await ca.issue({ commonName: "a", usage: "server", notBefore: new Date(Date.now() + 3_600_000) });
    const files = await writeNewPair(folder);
    await writeFile(files.certFile, pair.certPem);
    await writeFile(files.keyFile, pair.keyPem);
    return files;
  }
});
