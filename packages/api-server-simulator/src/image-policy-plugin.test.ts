import { parseImageReview } from "@portcullis/kubernetes";
import { describe, expect, it } from "vitest";
import { createImagePolicyPlugin, type ImagePolicyPluginOptions } from "./image-policy-plugin.ts";
import { TransportError, type WebhookRequest, type WebhookResponse } from "./transport.ts";

type Step = Partial<WebhookResponse> | TransportError;

const pod = { namespace: "shop", containers: ["nginx"] };
const failedOpen = { admitted: true, failedOpen: true };

/** A plugin whose webhook answers with the steps of a script, the last one for ever; time passes only by waiting. */
function aPlugin(script: readonly Step[], options: Partial<ImagePolicyPluginOptions> = {}) {
  const sent: WebhookRequest[] = [];
  const waited: number[] = [];
  let nowMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  const plugin = createImagePolicyPlugin({
    transport: {
      async send(request) {
        const step = script[Math.min(sent.push(request), script.length) - 1] ?? {};
        if (step instanceof TransportError) throw step;
        return { status: 200, retryAfterSeconds: undefined, body: "", ...step };
      },
      close() {},
    },
    clock: {
      now: () => nowMs,
      async wait(ms) {
        waited.push(ms);
        pass(ms);
      },
      random: () => 0,
    },
    ...options,
  });
  return { plugin, sent, waited, pass };
}

function answer(status: object): Step {
  return { body: JSON.stringify({ apiVersion: "imagepolicy.k8s.io/v1alpha1", kind: "ImageReview", status }) };
}

const allowed = answer({ allowed: true, auditAnnotations: { revision: "7" } });
const denied = answer({ allowed: false, reason: "not trusted" });

describe("createImagePolicyPlugin", () => {
  it("sends what a review may hold, and nothing else", async () => {
    const { plugin, sent } = aPlugin([allowed]);
    const annotations = { "a.image-policy.k8s.io/b": "c", "example.com/x": "y" };

    await plugin.review({ ...pod, annotations, initContainers: ["init", "nginx"], ephemeralContainers: ["debug"] });
    await plugin.review({ ...pod, ephemeralContainers: ["debug"], subresource: "ephemeralcontainers" });

    const specs = sent.map(({ body }) => JSON.parse(body).spec);
    expect(specs).toEqual([
      {
        containers: [{ image: "nginx" }, { image: "init" }, { image: "nginx" }],
        annotations: { "a.image-policy.k8s.io/b": "c" },
        namespace: "shop",
      },
      { containers: [{ image: "debug" }], namespace: "shop" },
    ]);
    expect(sent[0]).toMatchObject({ timeoutSeconds: 30, timeoutMs: 30_000 });
    expect(sent.map(({ body }) => parseImageReview(Buffer.from(body), { cluster: "c", unknownImageLists: "report" }).ok)).toEqual([
      true,
      true,
    ]);
  });

  it("asks nobody about other subresources", async () => {
    const { plugin, sent } = aPlugin([denied]);

    const outcome = await plugin.review({ ...pod, subresource: "exec" });

    expect([outcome.admitted, sent.length]).toEqual([true, 0]);
  });

  it("repeats a verdict, its reason and its annotations until its time has passed", async () => {
    const { plugin, sent, pass } = aPlugin([allowed, denied], { allowTTL: 50 });

    const first = await plugin.review(pod);
    const second = await plugin.review(pod);
    pass(50_001);
    const third = await plugin.review(pod);

    expect(first).toMatchObject({
      admitted: true,
      isCached: false,
      auditAnnotations: { "imagepolicywebhook.image-policy.k8s.io/revision": "7" },
    });
    expect(second).toEqual({ ...first, isCached: true });
    expect(third).toMatchObject({ admitted: false, message: "image policy webhook backend denied one or more images: not trusted" });
    expect(sent).toHaveLength(2);
  });

  it("asks each time where the caches are off", async () => {
    const { plugin, sent } = aPlugin([denied], { denyTTL: -1 });

    await plugin.review(pod);
    await plugin.review(pod);

    expect(sent).toHaveLength(2);
  });

  it.each([
    ["a reset connection", new TransportError("reset", "reset")],
    ["500", { status: 500 }],
    ["504", { status: 504 }],
    ["429", { status: 429 }],
    ["400 with Retry-After", { status: 400, retryAfterSeconds: 1 }],
  ])("tries five times after %s, waiting half as long again each time", async (_, step) => {
    const { plugin, sent, waited } = aPlugin([step], { retryBackoff: 1000 });

    const outcome = await plugin.review(pod);

    expect(outcome.admitted).toBe(false);
    expect(sent).toHaveLength(5);
    expect(waited).toEqual([1000, 1500, 2250, 3375]);
  });

  it.each([
    ["400", { status: 400 }],
    ["403", { status: 403 }],
    ["413", { status: 413 }],
    ["503", { status: 503 }],
    ["a lost connection", new TransportError("failed", "gone")],
    ["silence", new TransportError("timeout", "late")],
    ["an empty body", {}],
    ["a body that is no JSON", { body: "yes" }],
    ["another kind", { body: '{"kind":"Status"}' }],
    ["a verdict that is a string", answer({ allowed: "true" })],
    ["an annotation that is a number", answer({ allowed: false, auditAnnotations: { a: 1 } })],
  ])("does not try again after %s: defaultAllow decides", async (_, step) => {
    const closed = aPlugin([step]);
    const open = aPlugin([step], { defaultAllow: true });

    const outcomes = [await closed.plugin.review(pod), await open.plugin.review(pod)];

    expect(outcomes).toMatchObject([{ admitted: false, failedOpen: false }, failedOpen]);
    expect([closed.sent.length, open.sent.length]).toEqual([1, 1]);
  });

  it("takes the answer of a later try, and caches no failure", async () => {
    const { plugin, sent } = aPlugin([{ status: 500 }, allowed, new TransportError("failed", "gone"), denied], { allowTTL: -1 });

    const outcomes = [await plugin.review(pod), await plugin.review(pod), await plugin.review(pod)];

    expect(outcomes.map(({ admitted }) => admitted)).toEqual([true, false, false]);
    expect(sent).toHaveLength(4);
  });

  it("follows Retry-After within an attempt", async () => {
    const { plugin, sent, waited } = aPlugin([{ status: 429, retryAfterSeconds: 2 }, { status: 503, retryAfterSeconds: 0 }, allowed]);

    const outcome = await plugin.review(pod);

    expect(outcome.admitted).toBe(true);
    expect(waited).toEqual([2000, 0]);
    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([30_000, 28_000, 28_000]);
  });

  it("gives an attempt up rather than wait past its time", async () => {
    const { plugin, sent } = aPlugin([{ status: 429, retryAfterSeconds: 31 }], { defaultAllow: true });

    const outcome = await plugin.review(pod);

    expect(outcome).toMatchObject(failedOpen);
    expect(sent).toHaveLength(1);
  });

  it("takes an absent verdict for a deny", async () => {
    const { plugin } = aPlugin([{ body: "{}" }]);

    const outcome = await plugin.review(pod);

    expect(outcome).toMatchObject({ admitted: false, message: "one or more images rejected by webhook backend" });
  });
});
