import { once } from "node:events";
import { connect } from "node:tls";
import { experimental, Server } from "@grpc/grpc-js";
import { createCertificateAuthority, type KeyPairPem } from "@portcullis/pki";
import { beforeAll, describe, expect, it } from "vitest";
import { createCertificateSource, type MutualTls } from "./certificate-source.ts";

let authorityPem = "";
let first: MutualTls;
let second: MutualTls;
let client: KeyPairPem;

beforeAll(async () => {
  const authority = await createCertificateAuthority({ commonName: "test authority" });
  const issue = async (commonName: string) => {
    const { certPem, keyPem } = await authority.issue({ commonName, dnsNames: ["localhost"], usage: "server" });
    return { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(authority.certPem) };
  };
  authorityPem = authority.certPem;
  first = await issue("first");
  second = await issue("second");
  client = await authority.issue({ commonName: "client", usage: "client" });
});

/** The name of the certificate that a new connection is shown. */
async function nameShown(port: number): Promise<unknown> {
  const socket = connect({
    ...{ host: "127.0.0.1", port, servername: "localhost", ALPNProtocols: ["h2"] },
    ...{ ca: authorityPem, cert: client.certPem, key: client.keyPem },
  });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe("createCertificateSource", () => {
  it("serves the first connection of a gRPC server, and new ones by the certificate that replaced it", async () => {
    const { provider, replace } = createCertificateSource(first);
    const server = new Server();
    const credentials = experimental.createCertificateProviderServerCredentials(provider, provider, true);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });

    const before = await nameShown(port);
    replace(second);
    const after = await nameShown(port);

    server.forceShutdown();
    expect([before, after]).toEqual(["first", "second"]);
  });

  it("hands a listener what it holds only after that listener was added, and nothing once it was removed", async () => {
    const { provider } = createCertificateSource(first);
    const heard: string[] = [];
    const kept = () => heard.push("kept");
    const removed = () => heard.push("removed");

    provider.addIdentityCertificateListener(kept);
    provider.addIdentityCertificateListener(removed);
    provider.removeIdentityCertificateListener(removed);
    const atOnce = [...heard];
    await Promise.resolve();

    expect({ atOnce, later: heard }).toEqual({ atOnce: [], later: ["kept"] });
  });
});
