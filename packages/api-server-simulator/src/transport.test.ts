import { once } from "node:events";
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { createCertificateAuthority, type KeyPairPem } from "@portcullis/pki";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { admissionTransport } from "./admission-webhook.ts";
import { http1Transport } from "./http1-transport.ts";
import { http2Transport } from "./http2-transport.ts";
import { retryAfterOf, TransportError, type TransportOptions, type WebhookResponse, type WebhookTransport } from "./transport.ts";

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

const request = { body: '{"a":1}', timeoutSeconds: 3, timeoutMs: 10_000 };

/** A webhook server that speaks both protocols and counts its connections. */
interface TestServer {
  readonly options: TransportOptions;
  readonly connections: TLSSocket[];
  handler: Handler;
  readonly server: Http2SecureServer;
}

let ca: { readonly certPem: string };
let client: KeyPairPem;
let serverPair: KeyPairPem;
const closers: (() => void)[] = [];

beforeAll(async () => {
  const authority = await createCertificateAuthority({ commonName: "test" });
  ca = authority;
  serverPair = await authority.issue({
    commonName: "webhook",
    ipAddresses: ["127.0.0.1"],
    dnsNames: ["webhook.shop.svc"],
    usage: "server",
  });
  client = await authority.issue({ commonName: "kube-apiserver", usage: "client" });
});

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

afterAll(() => {
  expect(closers).toEqual([]);
});

async function aServer(handler: Handler): Promise<TestServer> {
  const server = createSecureServer({
    ca: ca.certPem,
    cert: serverPair.certPem,
    key: serverPair.keyPem,
    requestCert: true,
    allowHTTP1: true,
  });
  const connections: TLSSocket[] = [];
  server.on("secureConnection", (socket: TLSSocket) => connections.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = toAddress(server.address());
  const url = `https://127.0.0.1:${port}/validate`;
  const test: TestServer = { options: { url, ca: ca.certPem, cert: client.certPem, key: client.keyPem }, connections, handler, server };
  server.on("request", (incoming, outgoing) => test.handler(incoming, outgoing));
  closers.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return test;
}

function toAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address;
}

function opened(transport: WebhookTransport): WebhookTransport {
  closers.push(() => transport.close());
  return transport;
}

/** Says what it heard. */
const echo: Handler = (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    const { method, url, httpVersion, headers, socket } = incoming;
    const subject = (socket as TLSSocket).getPeerCertificate().subject.CN;
    outgoing.setHeader("retry-after", "7");
    outgoing.end(
      JSON.stringify({ method, url, httpVersion, type: headers["content-type"], subject, body: Buffer.concat(chunks).toString() }),
    );
  });
};

function codeOf(sending: Promise<WebhookResponse>): Promise<string> {
  return sending.then(
    () => "answered",
    (error: unknown) => (error instanceof TransportError ? error.code : "unknown"),
  );
}

describe.each([
  ["http2Transport", http2Transport, "2.0"],
  ["http1Transport", http1Transport, "1.1"],
])("%s", (_, createTransport, httpVersion) => {
  it("posts with a client certificate and the time left in the query", async () => {
    const { options } = await aServer(echo);

    const response = await opened(createTransport(options)).send(request);

    expect(response).toMatchObject({ status: 200, retryAfterSeconds: 7 });
    expect(JSON.parse(response.body)).toEqual({
      method: "POST",
      url: "/validate?timeout=3s",
      httpVersion,
      type: "application/json",
      subject: "kube-apiserver",
      body: '{"a":1}',
    });
  });

  it("keeps its connection", async () => {
    const { options, connections } = await aServer(echo);
    const transport = opened(createTransport(options));

    for (let sent = 0; sent < 3; sent++) await transport.send(request);

    expect(connections).toHaveLength(1);
  });

  it("opens a new connection when the old one is gone", async () => {
    const { options, connections } = await aServer(echo);
    const transport = opened(createTransport(options));
    await transport.send(request);
    const [socket] = connections;

    const gone = new Promise((resolve) => socket?.once("close", resolve));
    socket?.destroy();
    await gone;
    await new Promise((resolve) => setImmediate(resolve));
    const outcome = await codeOf(transport.send(request));
    const next = outcome === "answered" ? outcome : await codeOf(transport.send(request));

    expect(next).toBe("answered");
    expect(connections).toHaveLength(2);
  });

  it("does not take half an answer for an answer", async () => {
    const { options } = await aServer((incoming, outgoing) => {
      outgoing.setHeader("content-length", "100");
      outgoing.write("{", () => (incoming.httpVersion === "2.0" ? outgoing.stream.close(2) : outgoing.socket.destroy()));
    });

    const outcome = await codeOf(opened(createTransport(options)).send(request));

    expect(["reset", "failed"]).toContain(outcome);
  });

  it("gives up after its time", async () => {
    const { options } = await aServer(() => {});

    const outcome = await codeOf(opened(createTransport(options)).send({ ...request, timeoutMs: 50 }));

    expect(outcome).toBe("timeout");
  });

  it("refuses a server with another name, and fails where nobody listens", async () => {
    const { options, server } = await aServer(echo);
    const named = await codeOf(opened(createTransport({ ...options, serverName: "webhook.shop.svc" })).send(request));
    const misnamed = await codeOf(opened(createTransport({ ...options, serverName: "other.shop.svc" })).send(request));

    const closed = once(server, "close");
    for (const close of closers.splice(0)) close();
    await closed;
    const refused = await codeOf(opened(createTransport(options)).send(request));

    expect([named, misnamed, refused]).toEqual(["answered", "failed", "failed"]);
  });
});

describe("http2Transport on GOAWAY", () => {
  it("finishes what is in flight and goes on with a new connection", async () => {
    const test = await aServer((incoming, outgoing) => {
      incoming.stream.session?.goaway();
      echo(incoming, outgoing);
    });
    const transport = opened(http2Transport(test.options));

    const outcomes = [await codeOf(transport.send(request)), await codeOf(transport.send(request))];

    expect(outcomes).toEqual(["answered", "answered"]);
    expect(test.connections).toHaveLength(2);
  });

  it("sends a refused request once more", async () => {
    let refusals = 0;
    const { options } = await aServer((incoming, outgoing) => {
      if (refusals++ > 0) echo(incoming, outgoing);
      else incoming.stream.close(7);
    });

    const outcome = await codeOf(opened(http2Transport(options)).send(request));

    expect([outcome, refusals]).toEqual(["answered", 2]);
  });
});

describe("admissionTransport", () => {
  it("speaks HTTP/2 to this machine", async () => {
    const { options } = await aServer(echo);

    const response = await opened(admissionTransport(options)).send(request);

    expect(JSON.parse(response.body)).toMatchObject({ httpVersion: "2.0" });
  });
});

describe("retryAfterOf", () => {
  it("reads numbers alone", () => {
    expect(["7", "0", "-1", "soon", "1.5", "", undefined].map(retryAfterOf)).toEqual([
      7,
      0,
      -1,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
