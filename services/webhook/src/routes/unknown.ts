import type { Telemetry } from "@portcullis/telemetry";
import { createFirstSightings } from "../first-sightings.ts";
import type { AnswerUnknown } from "../https-server.ts";
import { hangUpAfter, type ReviewUrls } from "../review-route.ts";
import type { WebhookMetrics } from "../webhook-metrics.ts";

/**
 * Every other path and method, and URLs that cannot be read: 404 with a sentence, counted and logged once per source. An
 * API server that asks here is configured wrongly, and with `defaultAllow` takes the 404 for an allow.
 */
export function unknownRoute({ paths, telemetry, metrics }: UnknownRouteOptions): AnswerUnknown {
  const sources = createFirstSightings({ maxKeys: 1_024, forgetAfterMs: 3_600_000 });
  const message = `only POST ${paths.imageReview} and ${paths.validate} are served, and the same below /clusters/<cluster>`;

  return (request, reply) => {
    metrics.refused["caller-wrong-path"].inc();
    const source = request.raw.socket.remoteAddress ?? "";
    if (sources.isFirst(source, performance.now())) {
      telemetry.log.warn(
        { source, method: request.raw.method, path: request.raw.url.slice(0, 256) },
        `a path that is not served: ${message}`,
      );
    }
    hangUpAfter(request, reply);
    return reply
      .code(404)
      .header("content-type", "application/json")
      .send(JSON.stringify({ code: "caller-wrong-path", message }));
  };
}

export interface UnknownRouteOptions {
  readonly paths: ReviewUrls;
  readonly telemetry: Telemetry;
  readonly metrics: WebhookMetrics;
}
