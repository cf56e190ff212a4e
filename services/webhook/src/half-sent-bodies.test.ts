import { constants } from "node:http2";
import { request } from "node:https";
import { connect } from "node:tls";
import type { Workload } from "@portcullis/policy";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, connectHttp2, httpVersions } from "./calling.ts";
import { frame, postHeaders, preface } from "./frames.ts";
import { readVerdict, reviewBody } from "./review-bodies.ts";
import { reviewPaths } from "./review-protocol.ts";
import { type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

/** Polling ends when it comes true; a machine under load takes its time. */
const soon = { timeout: 10_000 };

const everywhere = reviewPaths.flatMap((path) => httpVersions.map((version) => [path, version] as const));

describe("a body that never comes to its end", () => {
  let started: StartedWebhook;
  let asked: Workload[];
  beforeEach(async () => {
    asked = [];
    started = await startTestWebhook({}, (workload) => asked.push(workload));
  });
  afterEach(() => started.webhook.close());

  const unfinished = (reason: string) => started.metric(`portcullis_webhook_bodies_unfinished_total{reason="${reason}"}`);

  describe.each(reviewPaths)("on /%s", (path) => {
    const body = Buffer.from(reviewBody(path));

    it.each([
      ["CANCEL", constants.NGHTTP2_CANCEL, undefined],
      ["NO_ERROR", constants.NGHTTP2_NO_ERROR, undefined],
      ["CANCEL", constants.NGHTTP2_CANCEL, body.length + 1],
      ["NO_ERROR", constants.NGHTTP2_NO_ERROR, body.length + 1],
      ["CANCEL", constants.NGHTTP2_CANCEL, body.length],
    ])("is not decided on when its HTTP/2 stream is reset with %s (%i, length %s)", async (_name, code, length) => {
      const session = connectHttp2(started.apiServer);
      const stream = session.request({
        ":method": "POST",
        ":path": `/${path}`,
        ...(length === undefined ? {} : { "content-length": length }),
      });
      stream.on("error", () => undefined);
      // All but its end: whoever takes a reset for an end would decide on a review that can be read.
      stream.write(body.subarray(0, length === body.length ? -1 : undefined));
      await inFlight(1);

      stream.close(code);
      await expect.poll(() => unfinished("aborted"), soon).toBe(1);

      session.destroy();
      expect(asked).toEqual([]);
    });

    it("is not decided on when RST_STREAM comes without an end", async () => {
      const socket = connect({ host: "127.0.0.1", servername: "localhost", ALPNProtocols: ["h2"], ...started.apiServer });
      socket.write(Buffer.concat([preface, frame(1, 4, 1, postHeaders(`/${path}`))]));
      socket.write(Buffer.concat([frame(0, 0, 1, body), frame(3, 0, 1, Buffer.from([0, 0, 0, 0]))]));

      await expect.poll(() => unfinished("aborted"), soon).toBe(1);

      socket.destroy();
      expect(asked).toEqual([]);
    });

    it("is not decided on when the HTTP/2 connection breaks", async () => {
      const session = connectHttp2(started.apiServer);
      const stream = session.request({ ":method": "POST", ":path": `/${path}` });
      stream.on("error", () => undefined);
      stream.write(body);
      await inFlight(1);

      session.destroy();
      await expect.poll(() => unfinished("aborted"), soon).toBe(1);

      expect(asked).toEqual([]);
    });

    it.each([{ "content-length": body.length + 1 }, { "transfer-encoding": "chunked" }])(
      "is not decided on when the HTTP/1.1 connection breaks (%j)",
      async (headers) => {
        const outgoing = request({
          host: "127.0.0.1",
          servername: "localhost",
          path: `/${path}`,
          method: "POST",
          headers,
          ...started.apiServer,
        });
        outgoing.on("error", () => undefined);
        outgoing.write(body);
        await inFlight(1);

        outgoing.destroy();
        await expect.poll(() => unfinished("aborted"), soon).toBe(1);

        expect(asked).toEqual([]);
      },
    );
  });

  it("gives its memory back", async () => {
    const session = connectHttp2(started.apiServer);
    const stream = session.request({ ":method": "POST", ":path": "/validate" });
    stream.on("error", () => undefined);
    stream.write(Buffer.alloc(100_000, " "));
    await expect.poll(() => started.metric("portcullis_webhook_body_bytes_held"), soon).toBeGreaterThan(0);

    session.destroy();
    await inFlight(0);

    expect(await started.metric("portcullis_webhook_body_bytes_held")).toBe(0);
  });

  async function inFlight(count: number): Promise<void> {
    await expect.poll(() => started.metric("portcullis_webhook_reviews_in_flight"), soon).toBe(count);
  }
});

describe("a body that does not come in time", () => {
  it.each(everywhere)("is cut off on /%s over %s, and not decided on", async (path, version) => {
    const asked: Workload[] = [];
    const started = await startTestWebhook({ limits: { bodyTimeoutMs: 100 } }, (workload) => asked.push(workload));

    const answered = call(version, started.apiServer, { path: `/${path}`, body: stalled(reviewBody(path)) });

    await expect(answered).rejects.toThrow();
    expect(await started.metric('portcullis_webhook_bodies_unfinished_total{reason="too-slow"}')).toBe(1);
    expect(asked).toEqual([]);
    await started.webhook.close();
  });
});

describe("a body that comes slowly", () => {
  let started: StartedWebhook;
  beforeEach(async () => {
    started = await startTestWebhook();
  });
  afterEach(() => started.webhook.close());

  it.each(everywhere)("is denied on /%s over %s when it is too large, after all of it was read", async (path, version) => {
    const answered = await call(version, started.apiServer, { path: `/${path}`, body: slowly(Buffer.alloc(8 * 1024 * 1024, " ")) });

    expect(answered.status).toBe(200);
    expect(readVerdict(path, answered.text).allowed).toBe(false);
  });
});

async function* stalled(text: string): AsyncIterable<Buffer> {
  yield Buffer.from(text);
  await new Promise(() => undefined);
}

async function* slowly(body: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < body.length; at += 64 * 1024) {
    yield body.subarray(at, at + 64 * 1024);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
