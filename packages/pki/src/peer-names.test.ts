import type { PeerCertificate } from "node:tls";
import { describe, expect, it } from "vitest";
import { peerNames } from "./index.ts";

function aPeer(subjectaltname: string | undefined, CN?: string | string[]): PeerCertificate {
  return JSON.parse(JSON.stringify({ subject: { CN }, subjectaltname }));
}

describe("peerNames", () => {
  it("is empty for a peer without a certificate", () => {
    expect(peerNames(JSON.parse("{}"))).toEqual([]);
  });

  it("names every common name", () => {
    expect(peerNames(aPeer(undefined, ["a", "b"]))).toEqual(["CN=a", "CN=b"]);
  });

  it("does not read two names out of one that holds a comma", () => {
    expect(peerNames(aPeer('DNS:"evil.example, DNS:api.example", URI:spiffe://a/b', "x"))).toEqual([
      "CN=x",
      "DNS:evil.example, DNS:api.example",
      "URI:spiffe://a/b",
    ]);
  });

  it("passes over forms it does not know", () => {
    expect(peerNames(aPeer('DirName:"CN=a", email:a@b, IP Address:0:0:0:0:0:0:0:1, DNS:a'))).toEqual(["IP:0:0:0:0:0:0:0:1", "DNS:a"]);
  });

  it("ends where the text makes no sense", () => {
    expect(peerNames(aPeer('DNS:a, DNS:"b'))).toEqual(["DNS:a"]);
  });
});
