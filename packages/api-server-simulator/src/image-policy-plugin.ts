import { withBackoff } from "./backoff.ts";
import { createImagePolicyCache } from "./image-policy-cache.ts";
import { type ImagePolicyDurations, normalizeDurations } from "./image-policy-durations.ts";
import { type ImageReviewSpec, type ImageReviewStatus, type ReviewedPod, toImageReviewBody, toImageReviewSpec } from "./image-review.ts";
import { readImageReviewStatus } from "./read-response.ts";
import { TransportError, type WebhookResponse, type WebhookTransport } from "./transport.ts";
import { systemWebhookClock, type WebhookClock } from "./webhook-clock.ts";

/** Each attempt may take this long; nothing in a kubeconfig changes it. */
const attemptTimeoutMs = 30_000;

/** client-go follows a `Retry-After` of 429 and 5xx by itself this often within one attempt. */
const maxFollowedRetryAfters = 10;

export interface ImagePolicyPluginOptions extends ImagePolicyDurations {
  readonly transport: WebhookTransport;
  /** What a webhook that cannot be reached or understood means. Default false: deny. */
  readonly defaultAllow?: boolean;
  readonly clock?: WebhookClock;
}

/** What became of a Pod. */
export interface ImagePolicyOutcome {
  readonly admitted: boolean;
  /** What the API answers with; empty when the Pod was admitted. */
  readonly message: string;
  /** True when the verdict was repeated without asking. */
  readonly isCached: boolean;
  /** True when the webhook failed and `defaultAllow` admitted the Pod. */
  readonly failedOpen: boolean;
  /** With the prefix the API server adds. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** One API server's ImagePolicyWebhook plugin. */
export interface ImagePolicyPlugin {
  review(pod: ReviewedPod): Promise<ImagePolicyOutcome>;
}

const auditKeyPrefix = "imagepolicywebhook.image-policy.k8s.io/";
const admitted: ImagePolicyOutcome = { admitted: true, message: "", isCached: false, failedOpen: false, auditAnnotations: {} };

type Attempt =
  | { readonly status: ImageReviewStatus }
  | { readonly failure: string; readonly code: number | TransportError["code"]; readonly retryAfterSeconds?: number | undefined };

/**
 * The plugin as kube-apiserver runs it: cache, five attempts with backoff, `defaultAllow`. The transport stays its
 * caller's. Read from `imagepolicy/admission.go` and `util/webhook/webhook.go` of Kubernetes.
 */
export function createImagePolicyPlugin(options: ImagePolicyPluginOptions): ImagePolicyPlugin {
  const { transport, defaultAllow = false, clock = systemWebhookClock } = options;
  const { allowTtlMs, denyTtlMs, retryBackoffMs } = normalizeDurations(options);
  const cache = createImagePolicyCache({ allowTtlMs, denyTtlMs, clock });

  function ask(spec: ImageReviewSpec): Promise<Attempt> {
    return withBackoff(() => attemptReview(transport, toImageReviewBody(spec), clock), isWorthAnotherTry, {
      initialMs: retryBackoffMs,
      clock,
    });
  }

  return {
    async review(pod) {
      const spec = toImageReviewSpec(pod);
      if (spec === undefined) return admitted;
      const cached = cache.get(spec);
      if (cached !== undefined) return toOutcome(cached, true);
      const attempt = await ask(spec);
      if ("status" in attempt) {
        cache.add(spec, attempt.status);
        return toOutcome(attempt.status, false);
      }
      if (!defaultAllow) return { ...admitted, admitted: false, message: attempt.failure };
      return { ...admitted, failedOpen: true, auditAnnotations: { [`${auditKeyPrefix}failed-open`]: "true" } };
    },
  };
}

function toOutcome({ allowed, reason = "", auditAnnotations = {} }: ImageReviewStatus, isCached: boolean): ImagePolicyOutcome {
  const prefixed = Object.fromEntries(Object.entries(auditAnnotations).map(([key, value]) => [`${auditKeyPrefix}${key}`, value]));
  const words =
    reason === "" ? "one or more images rejected by webhook backend" : `image policy webhook backend denied one or more images: ${reason}`;
  return { admitted: allowed, message: allowed ? "" : words, isCached, failedOpen: false, auditAnnotations: prefixed };
}

async function attemptReview(transport: WebhookTransport, body: string, clock: WebhookClock): Promise<Attempt> {
  try {
    return toAttempt(await sendFollowingRetryAfter(transport, body, clock));
  } catch (error) {
    if (error instanceof TransportError) return { failure: error.message, code: error.code };
    throw error;
  }
}

async function sendFollowingRetryAfter(transport: WebhookTransport, body: string, clock: WebhookClock): Promise<WebhookResponse> {
  const deadlineMs = clock.now() + attemptTimeoutMs;
  for (let followed = 0; ; followed++) {
    const timeoutMs = deadlineMs - clock.now();
    const response = await transport.send({ body, timeoutSeconds: attemptTimeoutMs / 1000, timeoutMs });
    const { status, retryAfterSeconds } = response;
    const mayFollow = retryAfterSeconds !== undefined && (status === 429 || status >= 500) && followed < maxFollowedRetryAfters;
    if (!mayFollow) return response;
    const waitMs = Math.max(0, retryAfterSeconds) * 1000;
    if (clock.now() + waitMs >= deadlineMs)
      throw new TransportError("timeout", "the webhook asked to wait longer than an attempt may take");
    await clock.wait(waitMs);
  }
}

function toAttempt({ status: code, body, retryAfterSeconds }: WebhookResponse): Attempt {
  if (code < 200 || code > 206) return { failure: `the webhook answered with status ${code}`, code, retryAfterSeconds };
  const status = readImageReviewStatus(body);
  return typeof status === "string" ? { failure: status, code } : { status };
}

/** Only these are transient to kube-apiserver: 400, 401, 403, 404, 413 and a bare 503 are final. */
function isWorthAnotherTry(attempt: Attempt): boolean {
  if ("status" in attempt) return false;
  const { code, retryAfterSeconds = 0 } = attempt;
  return code === "reset" || code === 500 || code === 504 || code === 429 || retryAfterSeconds > 0;
}
