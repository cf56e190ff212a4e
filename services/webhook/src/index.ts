/** The webhook: HTTPS in, a decision out. */
export { createWebhookApp, type DrainOptions, type WebhookApp, type WebhookAppOptions } from "./app.ts";
export { type CallerRefusalCode, type CallerRule, type CallerRules, callerRefusalCodes } from "./caller.ts";
export { createDecisionClient, type DecisionClient, type DecisionClientOptions } from "./decision-client.ts";
export type { ReviewPath } from "./review-protocol.ts";
export type { ReviewUrls } from "./review-route.ts";
export { defaultWebhookLimits, type WebhookLimits } from "./webhook-limits.ts";
export type { UndecidedMode } from "./when-undecided.ts";
