import type { Decide } from "@portcullis/policy";
import { afterEach, describe, expect, it } from "vitest";
import { type Answered, call, connectHttp2, httpVersions, sendHttp2 } from "./calling.ts";
import { reviewBody } from "./review-bodies.ts";
import { reviewPaths } from "./review-protocol.ts";
import { allowAll, type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

/** Polling ends when it comes true; a machine under load takes its time. */
const soon = { timeout: 10_000 };

const everywhere = reviewPaths.flatMap((path) => httpVersions.map((version) => [path, version] as const));

/** Decides nothing until it is opened. */
function createBarrier(): { readonly decide: Decide; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { decide: (workload, context) => promise.then(() => allowAll(workload, context)), open: resolve };
}

describe("a webhook under more reviews than it takes", () => {
  let started: StartedWebhook;
  afterEach(() => started.webhook.close());

  const inFlight = (count: number) => expect.poll(() => started.metric("portcullis_webhook_reviews_in_flight"), soon).toBe(count);
  const isRetry = ({ status, headers }: Answered) => status === 429 && headers["retry-after"] === "1";

  it.each(everywhere)("asks to come again on /%s over %s, and answers what it took", async (path, version) => {
    const barrier = createBarrier();
    started = await startTestWebhook({ decide: barrier.decide, limits: { maxInFlight: 2 } });
    const ask = () => call(version, started.apiServer, { path: `/${path}`, body: reviewBody(path) });
    const taken = [ask(), ask()];
    await inFlight(2);

    const refused = await ask();
    barrier.open();
    const answered = await Promise.all(taken);
    const later = await ask();

    expect(isRetry(refused)).toBe(true);
    expect([...answered, later].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await started.metric('portcullis_webhook_shed_total{what="reviews"}')).toBe(1);
  });

  it.each(everywhere)("asks to come again on /%s over %s when bodies would take too much memory", async (path, version) => {
    const barrier = createBarrier();
    const body = reviewBody(path);
    started = await startTestWebhook({ decide: barrier.decide, limits: { maxBufferedBytes: body.length + 1_000 } });
    const taken = call(version, started.apiServer, { path: `/${path}`, body });
    await inFlight(1);

    const refused = await call(version, started.apiServer, { path: `/${path}`, body: body + " ".repeat(100_000) });
    barrier.open();

    expect(isRetry(refused)).toBe(true);
    expect((await taken).status).toBe(200);
    expect(await started.metric("portcullis_webhook_body_bytes_held")).toBe(0);
  });

  it("sheds traces when it is nearly full", async () => {
    const barrier = createBarrier();
    started = await startTestWebhook({ decide: barrier.decide, limits: { maxInFlight: 4 } });
    const session = connectHttp2(started.apiServer);
    const asked: Promise<Answered>[] = [];
    for (const count of [1, 2, 3, 4]) {
      asked.push(sendHttp2(session, { path: "/validate", body: reviewBody("validate") }));
      await inFlight(count);
    }

    barrier.open();
    await Promise.all(asked);

    session.destroy();
    expect(await started.metric('portcullis_webhook_shed_total{what="traces"}')).toBe(2);
    expect(await started.metric('portcullis_webhook_shed_total{what="reviews"}')).toBe(0);
  });
});
