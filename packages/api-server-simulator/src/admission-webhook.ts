import { randomUUID } from "node:crypto";
import { http1Transport } from "./http1-transport.ts";
import { http2Transport } from "./http2-transport.ts";
import { type AdmissionAnswer, readAdmissionAnswer } from "./read-response.ts";
import { TransportError, type TransportOptions, type WebhookTransport } from "./transport.ts";

export interface AdmissionWebhookOptions {
  readonly transport: WebhookTransport;
  /** Name in the ValidatingWebhookConfiguration; stands in messages and before audit keys. */
  readonly name?: string;
  /** 1 to 30; default 10, as in the API. */
  readonly timeoutSeconds?: number;
  /** What a failed call means. Default `Fail`, as in the API. */
  readonly failurePolicy?: "Fail" | "Ignore";
  /** Version of the review that is sent; default `admission.k8s.io/v1`. */
  readonly apiVersion?: "admission.k8s.io/v1" | "admission.k8s.io/v1beta1";
}

/** What became of a request to the API. */
export interface AdmissionOutcome {
  readonly admitted: boolean;
  /** Status code of the API's answer when the request was refused; 0 otherwise. */
  readonly code: number;
  /** What the API answers with; empty when the request was admitted. */
  readonly message: string;
  /** True when the call failed, whatever the failure policy made of that. */
  readonly callFailed: boolean;
  readonly warnings: readonly string[];
  /** With the name of the webhook before each key. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** One validating webhook, as one API server calls it. */
export interface AdmissionWebhook {
  /** `request` without its `uid`: each call makes its own. `deadlineMs` is what is left of the API request, if that is less. */
  review(request: object, options?: { readonly deadlineMs?: number }): Promise<AdmissionOutcome>;
}

/**
 * The transport kube-apiserver would choose: HTTP/2 only where the URL's host is this very machine by name or
 * address, HTTP/1.1 with kept connections for every other host and for Services.
 */
export function admissionTransport(options: TransportOptions): WebhookTransport {
  const { hostname } = new URL(options.url);
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  return isLoopback ? http2Transport(options) : http1Transport(options);
}

/**
 * A validating webhook's caller: checks `uid`, `apiVersion` and `kind` of the answer, applies the failure policy,
 * never tries twice. Read from `webhook/validating/dispatcher.go` and `webhook/request/admissionreview.go` of Kubernetes.
 */
export function createAdmissionWebhook(options: AdmissionWebhookOptions): AdmissionWebhook {
  const { name = "validate.portcullis.dev", failurePolicy = "Fail" } = options;
  return {
    async review(request, { deadlineMs } = {}) {
      const answer = await call(options, request, deadlineMs);
      if (typeof answer !== "string") return toOutcome(answer, name);
      const failed = { callFailed: true, warnings: [], auditAnnotations: {} };
      if (failurePolicy === "Ignore") return { ...failed, admitted: true, code: 0, message: "" };
      return { ...failed, admitted: false, code: 500, message: `Internal error occurred: failed calling webhook "${name}": ${answer}` };
    },
  };
}

/** The webhook's answer, or why the call counts as failed. */
async function call(options: AdmissionWebhookOptions, request: object, deadlineMs?: number): Promise<AdmissionAnswer | string> {
  const { transport, timeoutSeconds = 10, apiVersion = "admission.k8s.io/v1" } = options;
  const uid = randomUUID();
  const timeoutMs = Math.min(timeoutSeconds * 1000, deadlineMs ?? Number.POSITIVE_INFINITY);
  const body = JSON.stringify({ kind: "AdmissionReview", apiVersion, request: { uid, ...request } });
  try {
    // What is left, rounded up to whole seconds.
    const response = await transport.send({ body, timeoutSeconds: Math.ceil(timeoutMs / 1000), timeoutMs });
    if (response.status < 200 || response.status > 206) return `the server answered with status ${response.status}`;
    return verify(readAdmissionAnswer(response.body, apiVersion), uid);
  } catch (error) {
    if (error instanceof TransportError) return error.message;
    throw error;
  }
}

function verify(answer: AdmissionAnswer | string, uid: string): AdmissionAnswer | string {
  if (typeof answer === "string") return answer;
  if (answer.uid !== uid) return `expected response.uid="${uid}", got "${answer.uid}"`;
  if (answer.hasPatch) return "validating webhook may not return response.patch or response.patchType";
  return answer;
}

function toOutcome({ allowed, code, message, reason, warnings, auditAnnotations }: AdmissionAnswer, name: string): AdmissionOutcome {
  const heard = {
    callFailed: false,
    warnings: [...new Set(warnings)].filter((text) => text !== "" && !/\p{Cc}/u.test(text)),
    auditAnnotations: Object.fromEntries(Object.entries(auditAnnotations).map(([key, value]) => [`${name}/${key}`, value])),
  };
  if (allowed) return { ...heard, admitted: true, code: 0, message: "" };
  const words = message === "" ? reason : message;
  const deniedBy = `admission webhook "${name}" denied the request`;
  // A rejection never comes with a code of success.
  return {
    ...heard,
    admitted: false,
    code: Math.max(code, 400),
    message: words === "" ? `${deniedBy} without explanation` : `${deniedBy}: ${words}`,
  };
}
