import type { IncomingHttpHeaders } from "node:http";
import type { Review, ReviewContext, ReviewProblem } from "@portcullis/kubernetes";
import { type Decide, UndecidedError } from "@portcullis/policy";
import { noSpan, type Span, type Telemetry } from "@portcullis/telemetry";
import type { ParsePool } from "./parse-pool.ts";
import { parseReview, toOversizedProblem } from "./parse-review.ts";
import { reviewDeadline } from "./review-deadline.ts";
import type { ReviewLoad } from "./review-load.ts";
import type { ReviewLog } from "./review-log.ts";
import type { ReviewPath, ReviewProtocol } from "./review-protocol.ts";
import { denyProblem, type ReviewReply, retryLater } from "./review-reply.ts";
import type { WebhookMetrics } from "./webhook-metrics.ts";
import { type UndecidedMode, whenUndecided } from "./when-undecided.ts";

/** What answering needs. */
export interface Reviewing {
  readonly decide: Decide;
  readonly whenUndecided: Readonly<Record<ReviewPath, UndecidedMode>>;
  readonly unknownImageLists: ReviewContext["unknownImageLists"];
  readonly pool: ParsePool;
  readonly load: ReviewLoad;
  readonly metrics: WebhookMetrics;
  readonly log: ReviewLog;
  readonly telemetry: Telemetry;
}

/** A body that was received whole, and what is known about it from outside. */
export interface WholeReview {
  readonly protocol: ReviewProtocol;
  readonly bytes: Buffer;
  readonly cluster: string;
  readonly timeout: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly arrivedMs: number;
}

/** Bodies above this are read by a worker; below it, reading takes no longer than handing over. */
const inlineBytes = 256 * 1024;

/** Body → workload → decision → body. */
export async function answerReview(options: Reviewing, whole: WholeReview): Promise<ReviewReply> {
  const span = startSpan(options, whole);
  try {
    const review = await readReview(options, whole);
    if (review.ok) return await decideReview(options, whole, review, span);
    if (isReporting(options)) options.log.denied(whole.cluster, review);
    return denyProblem(options.metrics, whole.protocol, review);
  } catch (error) {
    span.recordError(error);
    if (error instanceof UndecidedError && error.code === "undecided-overloaded") return overloaded(options, error.message);
    return denyUnexpected(options, whole, error);
  } finally {
    span.end();
  }
}

function readReview(options: Reviewing, whole: WholeReview): Review | ReviewProblem | Promise<Review | ReviewProblem> {
  const { protocol, bytes, cluster, headers } = whole;
  const { path } = protocol;
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return encodedProblem(path);
  const context = { cluster, unknownImageLists: options.unknownImageLists };
  if (bytes.length > inlineBytes) return options.pool.parse(path, bytes, context);
  return parseReview(path, bytes, context);
}

async function decideReview(options: Reviewing, whole: WholeReview, review: Review, span: Span): Promise<ReviewReply> {
  const { protocol } = whole;
  try {
    const deadlineMs = reviewDeadline(whole.timeout, whole.arrivedMs, performance.now());
    const answer = await options.decide(review.workload, { deadlineMs, traceparent: span.traceparent });
    const body = JSON.stringify(protocol.toAnswer(review, answer));
    const { verdict } = answer.decision;
    span.setAttribute("portcullis.verdict", verdict);
    options.metrics.reviews[protocol.path][verdict].inc();
    return { status: 200, body };
  } catch (error) {
    span.recordError(error);
    return answerUndecided(options, protocol, review, error);
  }
}

function answerUndecided(options: Reviewing, protocol: ReviewProtocol, review: Review, thrown: unknown): ReviewReply {
  const { metrics, telemetry, log } = options;
  const { outcome, error, isUnexpected } = whenUndecided(thrown, options.whenUndecided[protocol.path]);
  const { code, message } = error;
  metrics.undecided[code].inc();
  metrics.undecidedOutcomes[protocol.path][outcome].inc();
  if (isUnexpected) telemetry.log.error({ err: thrown }, "deciding failed");
  if (isReporting(options)) log.undecided(review.workload, outcome, error);
  switch (outcome) {
    case "retry":
      return retryLater(message);
    case "defer":
      return { status: 500, body: JSON.stringify({ code, message }) };
    case "allow":
    case "deny":
      metrics.reviews[protocol.path][outcome].inc();
      return { status: 200, body: JSON.stringify(protocol.toUndecidedAnswer(review, { verdict: outcome, code, message })) };
  }
}

function startSpan({ telemetry, load, metrics }: Reviewing, { protocol, cluster, headers }: WholeReview): Span {
  const { traceparent } = headers;
  const given = typeof traceparent === "string" ? traceparent : undefined;
  const { pressure } = load;
  if (pressure === "calm" || pressure === "shed-reporting") {
    return telemetry.span("webhook.review", { traceparent: given, attributes: { path: protocol.path, cluster } });
  }
  metrics.shed.traces.inc();
  return noSpan("webhook.review", { traceparent: given });
}

function isReporting({ load, metrics }: Reviewing): boolean {
  if (load.pressure === "calm") return true;
  metrics.shed.reports.inc();
  return false;
}

function overloaded({ metrics }: Reviewing, message: string): ReviewReply {
  metrics.shed.reviews.inc();
  return retryLater(message);
}

/** A mistake of ours outside of deciding. It denies like garbage does: 500 would be an allow where `defaultAllow` is true. */
function denyUnexpected({ metrics, telemetry }: Reviewing, { protocol }: WholeReview, error: unknown): ReviewReply {
  telemetry.log.error({ err: error }, "a review failed");
  const problem = toOversizedProblem(protocol.path, Buffer.alloc(0));
  return denyProblem(metrics, protocol, { ...problem, code: "review-malformed", message: "portcullis failed while it read the body" });
}

function encodedProblem(path: ReviewPath): ReviewProblem {
  const message = "the body is compressed, which nobody asked for: send it as it is, without 'content-encoding'";
  return { ...toOversizedProblem(path, Buffer.alloc(0)), code: "review-not-json", message };
}
