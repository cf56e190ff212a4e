import { type Decide, UndecidedError } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import {
  type DecideItem,
  type DecideRequest,
  type DecideResponse,
  fromConsistencyMessage,
  fromRevisionTokenMessage,
  fromWorkloadMessage,
  maxTimeoutMs,
  toDecideResponse,
} from "@portcullis/wire";
import type { Clock } from "./clock.ts";

export interface AnsweringOptions {
  readonly decide: Decide;
  readonly clock: Clock;
  readonly log: Telemetry["log"];
  /** Most questions that are being answered at once, over all calls. */
  readonly maxConcurrent: number;
}

/** A question as it arrives, by itself or as an item of a stream. */
export type Question = Pick<DecideRequest, "workload" | "atLeast" | "consistency"> & Pick<DecideItem, "traceparent" | "timeoutMs">;

/** Answers questions off the wire. Rejects with `InvalidMessageError` for a question that makes no sense; undecided is an answer. */
export type AnswerQuestion = (question: Question) => Promise<DecideResponse>;

/** One for the whole server, since it counts what is being answered. */
export function createAnswerQuestion({ decide, clock, log, maxConcurrent }: AnsweringOptions): AnswerQuestion {
  let answering = 0;
  return async ({ workload, atLeast, consistency, traceparent, timeoutMs }) => {
    if (answering >= maxConcurrent) {
      return toDecideResponse(new UndecidedError("undecided-overloaded", "this replica answers as many questions as it can"));
    }
    const context = {
      deadlineMs: clock.now() + Math.min(timeoutMs, maxTimeoutMs),
      traceparent: traceparent === "" ? undefined : traceparent,
      atLeast: atLeast === undefined ? undefined : fromRevisionTokenMessage(atLeast, "at_least"),
      consistency: fromConsistencyMessage(consistency),
    };
    const asked = fromWorkloadMessage(workload);
    answering += 1;
    try {
      return toDecideResponse(await decide(asked, context));
    } catch (error) {
      if (error instanceof UndecidedError) return toDecideResponse(error);
      log.error({ err: error }, "deciding failed");
      return toDecideResponse(new UndecidedError("undecided-internal", "the decision failed inside; the log has the cause"));
    } finally {
      answering -= 1;
    }
  };
}
