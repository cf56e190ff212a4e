import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { ServedStream } from "@portcullis/grpc-server";
import { UndecidedError } from "@portcullis/policy";
import {
  bounded,
  type DecideItem,
  type DecideItemAnswer,
  type DecideResponse,
  type DecideStreamRequest,
  type DecideStreamResponse,
  InvalidMessageError,
  maxItemsPerMessage,
  type Received,
  toDecideResponse,
  toErrorStatus,
} from "@portcullis/wire";
import type { AnswerQuestion } from "./answer-question.ts";

export type DecideStreamCall = ServerDuplexStream<Received<DecideStreamRequest>, DecideStreamResponse>;

/** Answers the items of a stream as they are decided; what is decided in one turn of the event loop leaves as one message. */
export function serveDecideStream(call: DecideStreamCall, answer: AnswerQuestion): ServedStream {
  const { promise: ended, resolve: onEnded } = Promise.withResolvers<void>();
  const unanswered = new Set<number>();
  let answers: DecideItemAnswer[] = [];
  let isFlushing = false;
  let isFinishing = false;
  let hasFailed = false;

  function receive(received: Received<DecideStreamRequest>): void {
    if (hasFailed) return;
    try {
      if ("problem" in received) throw received.problem;
      for (const item of bounded(received.message.items, "items", maxItemsPerMessage)) accept(item);
    } catch (error) {
      fail(error);
    }
  }

  function accept(item: DecideItem): void {
    if (unanswered.has(item.id)) throw new InvalidMessageError("items.id", `${item.id} stands for a question that is not answered yet`);
    unanswered.add(item.id);
    answer(item)
      .catch(toNonsenseResponse)
      .then((response) => {
        answers.push({ id: item.id, response });
        flushLater();
      }, fail);
  }

  function flushLater(): void {
    if (isFlushing) return;
    isFlushing = true;
    setImmediate(flush);
  }

  function flush(): void {
    isFlushing = false;
    const leaving = answers;
    answers = [];
    for (const { id } of leaving) unanswered.delete(id);
    if (leaving.length > 0) send({ answers: leaving, draining: undefined });
    if (isFinishing && unanswered.size === 0 && !hasFailed) call.end();
  }

  function send(message: DecideStreamResponse): void {
    if (hasFailed || call.destroyed || call.writableEnded) return;
    // A client that does not read is not read from either, so that what waits for it stays bounded.
    if (!call.write(message) && !call.isPaused()) {
      call.pause();
      call.once("drain", () => call.resume());
    }
  }

  function finish(): void {
    isFinishing = true;
    flushLater();
  }

  function fail(error: unknown): void {
    if (hasFailed) return;
    hasFailed = true;
    call.emit("error", toErrorStatus(error));
    onEnded();
  }

  call.on("data", receive);
  call.on("end", finish);
  for (const event of ["close", "cancelled", "finish", "error"]) call.on(event, () => onEnded());
  return { drain: (mayReconnect) => send({ answers: [], draining: { mayReconnect } }), finish, ended };
}

/** One item that makes no sense must not end the stream for the others; it is answered, but not decided. */
function toNonsenseResponse(error: unknown): DecideResponse {
  if (!(error instanceof InvalidMessageError)) throw error;
  return toDecideResponse(new UndecidedError("undecided-internal", `the question makes no sense: ${error.message}`, { cause: error }));
}
