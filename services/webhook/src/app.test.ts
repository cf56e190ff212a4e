import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, httpVersions } from "./calling.ts";
import { type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

const imageReview = JSON.stringify({
  apiVersion: "imagepolicy.k8s.io/v1alpha1",
  kind: "ImageReview",
  spec: { containers: [{ image: "nginx" }], namespace: "default" },
});

describe("createWebhookApp", () => {
  let started: StartedWebhook;
  beforeAll(async () => {
    started = await startTestWebhook();
  });
  afterAll(() => started.webhook.close());

  it.each(httpVersions)("answers an ImageReview over %s", async (version) => {
    const answered = await call(version, started.apiServer, { path: "/image-review?timeout=30s", body: imageReview });

    expect(answered.status).toBe(200);
    expect(JSON.parse(answered.text)).toMatchObject({ kind: "ImageReview", status: { allowed: true } });
    expect(answered.headers["content-type"]).toMatch(/^application\/json/);
  });
});
