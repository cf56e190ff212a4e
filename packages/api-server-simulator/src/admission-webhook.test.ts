import { describe, expect, it } from "vitest";
import { type AdmissionWebhookOptions, createAdmissionWebhook } from "./admission-webhook.ts";
import { TransportError, type WebhookRequest, type WebhookResponse } from "./transport.ts";

interface SentReview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: { readonly uid: string };
}

/** A webhook that answers each review as `reply` says. */
function aWebhook(reply: (review: SentReview) => object | TransportError, options: Partial<AdmissionWebhookOptions> = {}) {
  const sent: WebhookRequest[] = [];
  const webhook = createAdmissionWebhook({
    transport: {
      async send(request): Promise<WebhookResponse> {
        sent.push(request);
        const body = reply(JSON.parse(request.body));
        if (body instanceof TransportError) throw body;
        return { status: 200, retryAfterSeconds: undefined, body: JSON.stringify(body) };
      },
      close() {},
    },
    ...options,
  });
  return { webhook, sent };
}

function answer(review: SentReview, response: object): object {
  return { apiVersion: review.apiVersion, kind: review.kind, response: { uid: review.request.uid, allowed: true, ...response } };
}

describe("createAdmissionWebhook", () => {
  it("admits what the webhook allows, and hands on warnings and annotations", async () => {
    const response = { warnings: ["old image", "old image", "bad\nwarning"], auditAnnotations: { revision: "7" } };
    const { webhook, sent } = aWebhook((review) => answer(review, response), { timeoutSeconds: 5 });

    const outcome = await webhook.review({ operation: "CREATE" });

    expect(outcome).toEqual({
      admitted: true,
      code: 0,
      message: "",
      callFailed: false,
      warnings: ["old image"],
      auditAnnotations: { "validate.portcullis.dev/revision": "7" },
    });
    expect(sent[0]).toMatchObject({ timeoutSeconds: 5, timeoutMs: 5000 });
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: { operation: "CREATE" },
    });
  });

  it("tells the webhook how much time is left, in whole seconds", async () => {
    const { webhook, sent } = aWebhook((review) => answer(review, {}));

    await webhook.review({}, { deadlineMs: 1200 });

    expect(sent[0]).toMatchObject({ timeoutSeconds: 2, timeoutMs: 1200 });
  });

  it("refuses what the webhook denies, in its words", async () => {
    const denials = [{ status: { code: 403, message: "not trusted", reason: "Forbidden" } }, { status: { reason: "Forbidden" } }, {}];
    const outcomes = [];

    for (const denial of denials)
      outcomes.push(await aWebhook((review) => answer(review, { allowed: false, ...denial })).webhook.review({}));

    expect(outcomes.map(({ admitted, code, message }) => [admitted, code, message])).toEqual([
      [false, 403, 'admission webhook "validate.portcullis.dev" denied the request: not trusted'],
      [false, 400, 'admission webhook "validate.portcullis.dev" denied the request: Forbidden'],
      [false, 400, 'admission webhook "validate.portcullis.dev" denied the request without explanation'],
    ]);
  });

  it.each<[string, (review: SentReview) => object | TransportError]>([
    ["another uid", (review) => answer(review, { uid: "another" })],
    ["no uid", (review) => answer(review, { uid: undefined })],
    ["another version", (review) => ({ ...answer(review, {}), apiVersion: "admission.k8s.io/v1beta1" })],
    ["no kind", (review) => ({ ...answer(review, {}), kind: undefined })],
    ["no response", (review) => ({ ...answer(review, {}), response: null })],
    ["a verdict that is a string", (review) => answer(review, { allowed: "true" })],
    ["warnings that are no list", (review) => answer(review, { warnings: "x" })],
    ["a patch", (review) => answer(review, { patch: "W10=", patchType: "JSONPatch" })],
    ["a list", () => []],
    ["silence", () => new TransportError("timeout", "late")],
  ])("fails the call after %s, and does not try again: failurePolicy decides", async (_, reply) => {
    const fail = aWebhook(reply);
    const ignore = aWebhook(reply, { failurePolicy: "Ignore" });

    const outcomes = [await fail.webhook.review({}), await ignore.webhook.review({})];

    expect(outcomes).toMatchObject([
      { admitted: false, code: 500, callFailed: true },
      { admitted: true, callFailed: true },
    ]);
    expect([fail.sent.length, ignore.sent.length]).toEqual([1, 1]);
  });

  it("expects its own version echoed", async () => {
    const { webhook } = aWebhook((review) => answer(review, {}), { apiVersion: "admission.k8s.io/v1beta1" });

    const outcome = await webhook.review({});

    expect(outcome.admitted).toBe(true);
  });
});
