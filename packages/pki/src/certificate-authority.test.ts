import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { createCertificateAuthority, type KeyPairPem, loadCertificateAuthority, PkiError, peerNames } from "./index.ts";

async function namesSeenByServer(ca: string, server: KeyPairPem, client: KeyPairPem): Promise<readonly string[]> {
  const listener = createServer({ ca, cert: server.certPem, key: server.keyPem, requestCert: true, rejectUnauthorized: true });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const accepted = once(listener, "secureConnection");
  const socket = connect({ port, host: "127.0.0.1", ca, cert: client.certPem, key: client.keyPem });
  await once(socket, "secureConnect");
  const [peer]: TLSSocket[] = await accepted;
  const names = peer === undefined ? [] : peerNames(peer.getPeerCertificate());
  socket.destroy();
  listener.close();
  return names;
}

describe("createCertificateAuthority", () => {
  it("issues certificates that complete a mutual TLS handshake, and whose names arrive", async () => {
    const ca = await createCertificateAuthority({ commonName: "test" });
    const server = await ca.issue({ commonName: "server", ipAddresses: ["127.0.0.1"], usage: "server" });
    const client = await ca.issue({
      commonName: "api, CN=admin",
      dnsNames: ["a.example"],
      ipAddresses: ["127.0.0.1"],
      uris: ["spiffe://example/ns/a"],
      usage: "client",
    });

    const names = await namesSeenByServer(ca.certPem, server, client);

    expect(names).toEqual(["CN=api, CN=admin", "DNS:a.example", "IP:127.0.0.1", "URI:spiffe://example/ns/a"]);
  });

  it("sets SANs, usage, validity and a CA that cannot issue further CAs", async () => {
    const ca = await createCertificateAuthority({ commonName: "test", validDays: 2 });
    const notAfter = new Date("2020-01-02T00:00:00Z");

    const both = new X509Certificate((await ca.issue({ commonName: "both", dnsNames: ["x"], usage: "both" })).certPem);
    const past = new X509Certificate((await ca.issue({ commonName: "past", usage: "client", notBefore: new Date(0), notAfter })).certPem);
    const root = new X509Certificate(ca.certPem);

    expect(both.subjectAltName).toBe("DNS:x");
    expect(both.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    expect(Date.parse(both.validTo)).toBeLessThanOrEqual(Date.parse(root.validTo));
    expect(Date.parse(past.validTo)).toBe(notAfter.getTime());
    expect([root.ca, both.ca, both.checkIssued(root), both.verify(root.publicKey)]).toEqual([true, false, true, true]);
  });
});

describe("loadCertificateAuthority", () => {
  it("issues as the one it was made from", async () => {
    const original = await createCertificateAuthority({ commonName: "test" });

    const loaded = await loadCertificateAuthority({ certPem: original.certPem, keyPem: original.keyPem });

    const leaf = new X509Certificate((await loaded.issue({ commonName: "a", usage: "client" })).certPem);
    expect(leaf.verify(new X509Certificate(original.certPem).publicKey)).toBe(true);
  });

  it("refuses what is no certificate", async () => {
    await expect(loadCertificateAuthority({ certPem: "x", keyPem: "y" })).rejects.toBeInstanceOf(PkiError);
  });
});
