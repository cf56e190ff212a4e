/** ImagePolicyWebhook and admission webhook callers with cache, retry and fail modes of kube-apiserver. */
export {
  type AdmissionOutcome,
  type AdmissionWebhook,
  type AdmissionWebhookOptions,
  admissionTransport,
  createAdmissionWebhook,
} from "./admission-webhook.ts";
export type { BackoffClock } from "./backoff.ts";
export { http1Transport } from "./http1-transport.ts";
export { http2Transport } from "./http2-transport.ts";
export { createImagePolicyCache, type ImagePolicyCache, type ImagePolicyCacheOptions, imagePolicyCacheSize } from "./image-policy-cache.ts";
export { type ImagePolicyDurations, type NormalDurations, normalizeDurations } from "./image-policy-durations.ts";
export {
  createImagePolicyPlugin,
  type ImagePolicyOutcome,
  type ImagePolicyPlugin,
  type ImagePolicyPluginOptions,
} from "./image-policy-plugin.ts";
export { type ImageReviewSpec, type ImageReviewStatus, type ReviewedPod, toImageReviewBody, toImageReviewSpec } from "./image-review.ts";
export { TransportError, type TransportOptions, type WebhookRequest, type WebhookResponse, type WebhookTransport } from "./transport.ts";
export { systemWebhookClock, type WebhookClock } from "./webhook-clock.ts";
