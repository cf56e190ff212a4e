import { Agent } from "node:https";
import type { Decide } from "@portcullis/policy";
import { StartError } from "@portcullis/telemetry";
import { describe, expect, it } from "vitest";
import { call, connectHttp2, sendHttp1, sendHttp2 } from "./calling.ts";
import { reviewBody } from "./review-bodies.ts";
import { allowAll, startTestWebhook } from "./webhook-under-test.ts";

/** Polling ends when it comes true; a machine under load takes its time. */
const soon = { timeout: 10_000 };

const validate = { path: "/validate?timeout=10s", body: reviewBody("validate") };
const slowDrain = { drainDelayMs: 150, closeGraceMs: 5_000 };

describe("draining", () => {
  it("says not ready at once and still serves", async () => {
    const started = await startTestWebhook();
    const before = started.webhook.readiness();

    const drained = started.webhook.drain(slowDrain);
    const during = started.webhook.readiness();
    const answered = await call("HTTP/2", started.apiServer, validate);
    await drained;

    expect([before.ready, during.ready, answered.status]).toEqual([true, false, 200]);
  });

  it("answers what is in flight, and what still comes over open connections, and asks those to end", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let isHeld = true;
    const decide: Decide = (workload, context) => (isHeld ? released.then(() => allowAll(workload, context)) : allowAll(workload, context));
    const started = await startTestWebhook({ decide });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const session = connectHttp2(started.apiServer);
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    const inFlight = [sendHttp2(session, validate), sendHttp1(agent, started.apiServer, validate)];
    await expect.poll(() => started.metric("portcullis_webhook_reviews_in_flight"), soon).toBe(2);

    const drained = started.webhook.drain({ drainDelayMs: 0, closeGraceMs: 10_000 });
    await goaway;
    isHeld = false;
    const behindTheFirstGoaway = started.webhook.readiness().ready;
    release();
    const [overHttp2, overHttp1] = await Promise.all(inFlight);
    await drained;

    agent.destroy();
    expect(behindTheFirstGoaway).toBe(false);
    expect([overHttp2?.status, overHttp1?.status]).toEqual([200, 200]);
    expect(overHttp1?.headers["connection"]).toBe("close");
  });

  it("ends although a caller keeps its connections", async () => {
    const started = await startTestWebhook();
    const agent = new Agent({ keepAlive: true });
    const session = connectHttp2(started.apiServer);
    await Promise.all([sendHttp2(session, validate), sendHttp1(agent, started.apiServer, validate)]);
    const held = session.request({ ":method": "POST", ":path": "/validate" });
    held.on("error", () => undefined);
    held.write("{");

    await started.webhook.drain({ drainDelayMs: 0, closeGraceMs: 50 });

    agent.destroy();
    expect(session.destroyed || session.closed).toBe(true);
    await expect(call("HTTP/1.1", started.apiServer, validate)).rejects.toThrow();
  });

  it("runs once, however often it is asked for", async () => {
    const started = await startTestWebhook();

    const both = [started.webhook.drain(slowDrain), started.webhook.drain(slowDrain)];

    await Promise.all(both);
    expect(both[0]).toBe(both[1]);
  });
});

describe("a connection's age", () => {
  it("ends an HTTP/2 session by GOAWAY and an HTTP/1.1 connection by its next answer", async () => {
    const started = await startTestWebhook({ limits: { maxConnectionAgeMs: 50 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const session = connectHttp2(started.apiServer);
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    const askAgain = async () => (await sendHttp1(agent, started.apiServer, validate)).headers["connection"];

    const code = await goaway;
    await expect.poll(askAgain, soon).toBe("close");

    agent.destroy();
    await started.webhook.close();
    expect(code).toBe(0);
  });
});

describe("listening", () => {
  it("says that a port is in use", async () => {
    const first = await startTestWebhook();
    const second = await startTestWebhook();

    const listening = second.webhook.listen({ host: "127.0.0.1", port: first.port });

    await expect(listening).rejects.toThrow(StartError);
    await Promise.all([first.webhook.close(), second.webhook.close()]);
  });
});
