import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallingOptions, call } from "./calling.ts";
import { frame, postHeaders, preface } from "./frames.ts";
import { readVerdict, reviewBody } from "./review-bodies.ts";
import { type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

const body = reviewBody("validate");
const validate = { path: "/validate", body };

describe("a request that no API server sends", () => {
  let started: StartedWebhook;
  beforeAll(async () => {
    started = await startTestWebhook();
  });
  afterAll(() => started.webhook.close());

  it.each([
    ["Content-Length beside Transfer-Encoding", `content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n`],
    ["two lengths", `content-length: ${body.length}\r\ncontent-length: 4\r\n`],
    ["a length with a sign", `content-length: +${body.length}\r\n`],
    ["an encoding behind `chunked`", "transfer-encoding: chunked, identity\r\n"],
    ["a header that goes on in the next line", `content-length: ${body.length}\r\nx: a\r\n b\r\n`],
  ])("is refused for %s, and its connection ends", async (_what, headers) => {
    const answered = await exchange(started.apiServer, post("/validate", headers));

    expect(answered).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each([
    ["headers over 16 KiB", `x: ${"a".repeat(17_000)}\r\n`],
    ["thousands of headers", "a: b\r\n".repeat(3_000)],
  ])("is refused for %s over HTTP/1.1", async (_what, headers) => {
    const answered = await exchange(started.apiServer, post("/validate", headers));

    expect(answered).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("is refused for more than 64 headers over HTTP/2", async () => {
    const headers = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x-${index}`, "a"]));

    await expect(call("HTTP/2", started.apiServer, { ...validate, headers })).rejects.toThrow("ENHANCE_YOUR_CALM");
  });

  it("is given ten seconds for its headers", () => {
    expect(started.webhook.app.server).toMatchObject({ headersTimeout: 10_000, keepAliveTimeout: 100_000 });
  });

  it.each(["/clusters/%zz/validate", `/clusters/${"a".repeat(254)}/validate`])(
    "is answered 404 for the URL %s, and hung up on",
    async (path) => {
      const before = await started.metric('portcullis_webhook_callers_refused_total{code="caller-wrong-path"}');

      const answered = await exchange(started.callerWith(undefined), post(path, `content-length: ${body.length}\r\n`));

      expect(answered).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"caller-wrong-path"/);
      expect(await started.metric('portcullis_webhook_callers_refused_total{code="caller-wrong-path"}')).toBe(before + 1);
    },
  );

  it("is answered 404 for a method that wants headers of its own, and hung up on", async () => {
    const answered = await exchange(started.apiServer, post("/validate", `content-length: ${body.length}\r\n`).replace("POST", "QUERY"));

    expect(answered).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("is refused like all others without a certificate, whatever it expects", async () => {
    const headers = `content-length: ${body.length}\r\nexpect: tea\r\n`;

    const stranger = await exchange(started.callerWith(undefined), post("/validate", headers));
    const apiServer = await exchange(started.apiServer, post("/validate", `${headers}connection: close\r\n`));

    expect(stranger).toMatch(/^HTTP\/1\.1 401 /);
    expect(apiServer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("is taken for HTTP/1.1 when its request line says HTTP/2.0", async () => {
    const lying = post("/validate", `content-length: ${body.length}\r\nconnection: close\r\n`).replace("HTTP/1.1", "HTTP/2.0");

    const stranger = await exchange(started.callerWith(undefined), lying);
    const apiServer = await exchange(started.apiServer, lying);

    expect(stranger).toMatch(/^HTTP\/1\.1 401 /);
    expect(apiServer).toMatch(/^HTTP\/1\.1 200 /);
    expect(started.logged.filter(({ level }) => level === "error")).toEqual([]);
  });

  it.each([
    [
      "streams that are reset at once",
      (id: number) => [frame(1, 4, id, postHeaders("/validate")), frame(3, 0, id, Buffer.from([0, 0, 0, 8]))],
    ],
    ["empty DATA frames", (id: number) => [id === 1 ? frame(1, 4, 1, postHeaders("/validate")) : frame(0, 0, 1)]],
    ["CONTINUATION frames", (id: number) => [id === 1 ? frame(1, 0, 1, postHeaders("/validate")) : frame(9, 0, 1)]],
    ["SETTINGS frames", () => [frame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100]))]],
  ])("loses its connection for a flood of %s, and others are answered", async (_what, framesOf) => {
    const flood = Buffer.concat(Array.from({ length: 20_000 }, (_, index) => framesOf(2 * index + 1)).flat());

    await exchange({ ...started.apiServer, ALPNProtocols: ["h2"] }, Buffer.concat([preface, flood]));
    const answered = await call("HTTP/2", started.apiServer, validate);

    expect(readVerdict("validate", answered.text).allowed).toBe(true);
    await expect.poll(() => started.metric("portcullis_webhook_reviews_in_flight"), { timeout: 10_000 }).toBe(0);
  });
});

function post(path: string, headers: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n${body}`;
}

/** Sends bytes, and resolves with all that came when the other side has ended the connection. */
function exchange(options: CallingOptions & { readonly ALPNProtocols?: string[] }, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", servername: "localhost", ALPNProtocols: ["http/1.1"], ...options });
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
    });
    // A server that ends a connection while bytes are on their way resets it.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    socket.write(bytes);
  });
}
