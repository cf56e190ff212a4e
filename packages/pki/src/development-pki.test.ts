import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCertificateAuthority, ensureDevelopmentPki, loadCertificateAuthority, loadTlsFiles } from "./index.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-pki-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function contents(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)));
}

describe("ensureDevelopmentPki", () => {
  it("makes pairs that load, with keys only their owner can read", async () => {
    const pki = await ensureDevelopmentPki(join(folder, "deep", "pki"));

    for (const pair of [pki.server, pki.apiServerClient, pki.decision, pki.webhookClient]) {
      expect(await loadTlsFiles({ ...pair, caFile: pki.caFile })).toMatchObject({ notAfter: expect.any(Date) });
      expect((await stat(pair.keyFile)).mode & 0o777).toBe(0o600);
    }
    expect((await stat(pki.caKeyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "deep", "pki"))).mode & 0o777).toBe(0o700);
  });

  it("keeps what is valid", async () => {
    await ensureDevelopmentPki(folder);
    const before = await contents();

    await ensureDevelopmentPki(folder);

    expect(await contents()).toEqual(before);
    expect([...before.keys()].filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("makes anew what is missing, broken or about to run out, from the same authority", async () => {
    const pki = await ensureDevelopmentPki(folder);
    const before = await contents();
    const ca = await loadCertificateAuthority({
      certPem: await readFile(pki.caFile, "utf8"),
      keyPem: await readFile(pki.caKeyFile, "utf8"),
    });
    const short = await ca.issue({ commonName: "kube-apiserver", usage: "client", notAfter: new Date(Date.now() + 6 * 86_400_000) });
    await writeFile(pki.apiServerClient.certFile, short.certPem);
    await writeFile(pki.apiServerClient.keyFile, short.keyPem);
    await rm(pki.server.certFile);
    await writeFile(pki.decision.keyFile, "garbage");

    await ensureDevelopmentPki(folder);

    const after = await contents();
    const changed = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
    expect(changed.sort()).toEqual([
      "api-server-client.crt",
      "api-server-client.key",
      "decision.crt",
      "decision.key",
      "server.crt",
      "server.key",
    ]);
  });

  it("makes everything anew when the authority changed", async () => {
    const pki = await ensureDevelopmentPki(folder);
    const other = await createCertificateAuthority({ commonName: "other" });
    await writeFile(pki.caFile, other.certPem);
    await writeFile(pki.caKeyFile, other.keyPem);

    await ensureDevelopmentPki(folder);

    const leaf = new X509Certificate(await readFile(pki.server.certFile));
    expect(leaf.verify(new X509Certificate(other.certPem).publicKey)).toBe(true);
  });

  it("makes one set of pairs, however many begin at once", async () => {
    const [pki] = await Promise.all([1, 2, 3, 4].map(() => ensureDevelopmentPki(folder)));
    const ca = new X509Certificate(await readFile(join(folder, "ca.crt")));

    for (const pair of [pki?.server, pki?.apiServerClient, pki?.decision, pki?.webhookClient]) {
      const { cert } = await loadTlsFiles({ certFile: pair?.certFile ?? "", keyFile: pair?.keyFile ?? "" });
      expect(new X509Certificate(cert).verify(ca.publicKey)).toBe(true);
    }
  });

  it("says what to do when the folder cannot be written", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");

    await expect(ensureDevelopmentPki(join(file, "pki"))).rejects.toMatchObject({
      code: "pki-unwritable",
      message: expect.stringMatching(/^the folder ".*pki" cannot hold certificates: ENOTDIR.*; make it writable, or name another$/),
    });
  });
});
