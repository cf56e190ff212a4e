import { ConfigError } from "@portcullis/config";
import { type Decide, UndecidedError } from "@portcullis/policy";
import { afterEach, describe, expect, it } from "vitest";
import type { WebhookAppOptions } from "./app.ts";
import { call, httpVersions } from "./calling.ts";
import { readVerdict, reviewBody } from "./review-bodies.ts";
import { reviewPaths } from "./review-protocol.ts";
import { allowAll, type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

const everywhere = reviewPaths.flatMap((path) => httpVersions.map((version) => [path, version] as const));
const noPolicy: Decide = () => Promise.reject(new UndecidedError("undecided-no-policy", "no policy was loaded yet"));
const denyBoth = { "image-review": "deny", validate: "deny" } as const;

describe("a review that cannot be decided", () => {
  let started: StartedWebhook;
  afterEach(() => started.webhook.close());

  async function start(options: Partial<WebhookAppOptions>): Promise<void> {
    started = await startTestWebhook(options);
  }

  it.each(everywhere)("is denied on /%s over %s by default, with the reason", async (path, version) => {
    await start({ decide: noPolicy });

    const answered = await call(version, started.apiServer, { path: `/${path}`, body: reviewBody(path) });

    expect(answered.status).toBe(200);
    expect(readVerdict(path, answered.text)).toMatchObject({ allowed: false, message: expect.stringContaining("undecided-no-policy") });
    expect(await started.metric('portcullis_webhook_undecided_total{code="undecided-no-policy"}')).toBe(1);
  });

  it("is allowed on /validate where that is configured, counted and annotated", async () => {
    await start({ decide: noPolicy, whenUndecided: { ...denyBoth, validate: "allow" } });

    const answered = await call("HTTP/1.1", started.apiServer, { path: "/validate", body: reviewBody("validate") });

    expect(JSON.parse(answered.text)).toMatchObject({
      response: { allowed: true, uid: "uid-1", auditAnnotations: { undecided: "undecided-no-policy", "allowed-while-undecided": "true" } },
    });
    expect(await started.metric('portcullis_webhook_undecided_outcomes_total{path="validate",outcome="allow"}')).toBe(1);
  });

  it("is never configured to be allowed on /image-review", async () => {
    await start({});

    const starting = startTestWebhook({ whenUndecided: { ...denyBoth, "image-review": "allow" } });

    await expect(starting).rejects.toThrow(ConfigError);
  });

  it.each(reviewPaths)("is left to the API server on /%s by 500 where it is deferred", async (path) => {
    await start({ decide: noPolicy, whenUndecided: { "image-review": "defer", validate: "defer" } });

    const answered = await call("HTTP/2", started.apiServer, { path: `/${path}`, body: reviewBody(path) });

    expect([answered.status, answered.headers["retry-after"]]).toEqual([500, undefined]);
  });

  it.each(reviewPaths)("is asked to come again on /%s when the decision service is overloaded", async (path) => {
    await start({ decide: () => Promise.reject(new UndecidedError("undecided-overloaded", "too many reviews wait")) });

    const answered = await call("HTTP/2", started.apiServer, { path: `/${path}`, body: reviewBody(path) });

    expect([answered.status, answered.headers["retry-after"]]).toEqual([429, "1"]);
  });

  it.each([
    ["throws", (): never => explode()],
    ["rejects", (): Promise<never> => Promise.reject(new TypeError("x is undefined"))],
  ])("is denied even where undecided means allow, when deciding %s what it should not, and logged with a stack", async (_how, decide) => {
    await start({ decide, whenUndecided: { ...denyBoth, validate: "allow" } });

    const answered = await call("HTTP/1.1", started.apiServer, { path: "/validate", body: reviewBody("validate") });

    expect(readVerdict("validate", answered.text)).toMatchObject({
      allowed: false,
      message: expect.stringContaining("undecided-internal"),
    });
    expect(answered.text).not.toContain("x is undefined");
    expect(started.logged.find(({ level }) => level === "error")).toMatchObject({
      err: { stack: expect.stringContaining("x is undefined") },
    });
  });

  it("is denied by its deadline when no decision ever comes", async () => {
    await start({ decide: () => new Promise(() => undefined) });

    const answered = await call("HTTP/1.1", started.apiServer, { path: "/validate?timeout=300ms", body: reviewBody("validate") });

    expect(readVerdict("validate", answered.text)).toMatchObject({
      allowed: false,
      message: expect.stringContaining("undecided-deadline"),
    });
  });

  it("hands the decision its deadline, cluster and trace", async () => {
    const seen: unknown[] = [];
    await start({
      decide: (workload, context) => {
        seen.push(workload.cluster, context.traceparent, context.deadlineMs - performance.now() < 1_751);
        return allowAll(workload, context);
      },
    });

    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await call("HTTP/1.1", started.apiServer, { path: "/validate?timeout=2s", body: reviewBody("validate"), headers: { traceparent } });

    expect(seen).toEqual(["default", traceparent, true]);
  });
});

function explode(): never {
  throw new TypeError("x is undefined");
}
