import { createServer } from "node:net";
import { Gauge } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { type AdminServer, type AdminServerOptions, createAdminServer, createTelemetry, StartError, toStartError } from "./index.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options: Partial<AdminServerOptions> = {}): Promise<AdminServer> {
  const { log, metrics } = createTelemetry({ service: "test", logLevel: "silent", withProcessMetrics: false });
  const readiness = () => ({ ready: true, details: {} });
  const server = await createAdminServer({ host: "127.0.0.1", port: 0, metrics, readiness, log, ...options });
  open.push(server);
  return server;
}

async function get(url: string, init?: RequestInit): Promise<{ status: number; body: string }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
}

describe("createAdminServer", () => {
  it("is alive as soon as it listens", async () => {
    const { url } = await start();

    expect(await get(`${url}/livez`)).toEqual({ status: 200, body: "ok\n" });
  });

  it("answers readiness with its details", async () => {
    let ready = false;
    const { url } = await start({ readiness: () => ({ ready, details: { revision: 7 } }) });

    expect(await get(`${url}/readyz?verbose`)).toEqual({ status: 503, body: '{"ready":false,"revision":7}\n' });
    ready = true;
    expect(await get(`${url}/readyz`)).toEqual({ status: 200, body: '{"ready":true,"revision":7}\n' });
  });

  it("answers the metrics of its registry", async () => {
    const { metrics } = createTelemetry({ service: "test", logLevel: "silent", withProcessMetrics: false });
    new Gauge({ name: "portcullis_test_things", help: "things", registers: [metrics] }).set(3);
    const { url } = await start({ metrics });

    expect((await get(`${url}/metrics`)).body).toContain("portcullis_test_things 3");
  });

  it("answers 404 and 405 elsewhere, and 500 when readiness throws", async () => {
    const readiness = () => {
      throw new Error("broken");
    };
    const { url } = await start({ readiness });

    const answers = [await get(`${url}/`), await get(`${url}/livez`, { method: "POST" }), await get(`${url}/readyz`)];

    expect(answers.map(({ status }) => status)).toEqual([404, 405, 500]);
  });

  it("says what to do when the port is in use", async () => {
    const { port } = await start();

    await expect(start({ port })).rejects.toMatchObject({
      code: "start-port-in-use",
      message: `the admin server cannot listen on 127.0.0.1:${port}: the port is in use; stop what uses it, or set admin.port`,
    });
  });

  it("closes with connections still open", async () => {
    const server = await start();
    await get(`${server.url}/livez`);

    await server.close();

    await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
    open.length = 0;
  });
});

describe("toStartError", () => {
  const attempt = { what: "webhook", host: "192.0.2.1", port: 80, setting: "webhook.port" };

  it.each([
    ["EACCES", "start-port-forbidden"],
    ["EADDRNOTAVAIL", "start-address-unavailable"],
    ["ENOTFOUND", "start-address-unavailable"],
    ["EMFILE", "start-listen-failed"],
  ])("tells %s apart", (code, expected) => {
    expect(toStartError(Object.assign(new Error("no"), { code }), attempt).code).toBe(expected);
  });

  it("keeps the cause", async () => {
    const server = createServer();
    const cause = await new Promise<Error>((resolve) => server.once("error", resolve).listen(1, "192.0.2.1"));

    const error = toStartError(cause, attempt);

    expect(error).toBeInstanceOf(StartError);
    expect(error.cause).toBe(cause);
    expect(toStartError("odd", attempt).message).toContain("odd");
  });
});
