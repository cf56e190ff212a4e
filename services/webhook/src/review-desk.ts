import { answerReview, type Reviewing } from "./answer-review.ts";
import { toOversizedProblem } from "./parse-review.ts";
import { type BodyReading, type RawRequest, type ReceivedBody, receiveBody } from "./received-body.ts";
import type { ReviewProtocol } from "./review-protocol.ts";
import { denyProblem, type ReviewReply, retryLater } from "./review-reply.ts";

/** A request whose caller was admitted, and whose body was not read yet. */
export interface Reception {
  readonly raw: RawRequest;
  readonly cluster: string;
  readonly isLengthAnnounced: boolean;
  readonly timeout: unknown;
}

/** Takes a request from its body to its answer. */
export interface ReviewDesk {
  /** Undefined: the body never came to its end, so there is nothing to answer. */
  review(protocol: ReviewProtocol, reception: Reception): Promise<ReviewReply | undefined>;
}

export interface ReviewDeskOptions extends Reviewing, BodyReading {}

/** Takes what fits, reads it to its end and answers it. */
export function createReviewDesk(options: ReviewDeskOptions): ReviewDesk {
  const { load, metrics } = options;

  async function answer(protocol: ReviewProtocol, reception: Reception, arrivedMs: number): Promise<ReviewReply | undefined> {
    const body = await receiveBody(reception, options);
    if (body.kind !== "whole") return answerUnread(options, protocol, body);
    const { bytes } = body;
    const { length } = bytes;
    try {
      return await answerReview(options, {
        protocol,
        bytes,
        arrivedMs,
        cluster: reception.cluster,
        timeout: reception.timeout,
        headers: reception.raw.headers,
      });
    } finally {
      load.drop(length);
    }
  }

  return {
    async review(protocol, reception) {
      if (!load.enter()) return shed(options);
      const arrivedMs = performance.now();
      try {
        return await answer(protocol, reception, arrivedMs);
      } finally {
        load.leave();
        metrics.seconds[protocol.path].observe((performance.now() - arrivedMs) / 1_000);
      }
    },
  };
}

function answerUnread(options: ReviewDeskOptions, protocol: ReviewProtocol, body: Exclude<ReceivedBody, { kind: "whole" }>) {
  switch (body.kind) {
    case "too-large":
      return denyProblem(options.metrics, protocol, toOversizedProblem(protocol.path, body.prefix));
    case "shed":
      return shed(options);
    case "unfinished":
      options.metrics.unfinished[body.reason].inc();
      return undefined;
  }
}

function shed({ metrics }: ReviewDeskOptions): ReviewReply {
  metrics.shed.reviews.inc();
  return retryLater("too many reviews are under way: try again");
}
