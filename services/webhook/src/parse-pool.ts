import type { Review, ReviewContext, ReviewProblem } from "@portcullis/kubernetes";
import { UndecidedError } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import { toOversizedProblem } from "./parse-review.ts";
import { createParseThread, type ParseThread } from "./parse-thread.ts";
import type { ReviewPath } from "./review-protocol.ts";

/** Reads large bodies outside the event loop. */
export interface ParsePool {
  /**
   * The body's memory is gone for the caller. Rejects with `undecided-overloaded` when too many bodies wait; a body that
   * no thread can read within its budget is a problem of that body, so that it cannot be used to get "undecided".
   */
  parse(path: ReviewPath, body: Buffer, context: ReviewContext): Promise<Review | ReviewProblem>;
  close(): Promise<void>;
}

export interface ParsePoolOptions {
  readonly telemetry: Telemetry;
  readonly threads: number;
  /** Default 16. */
  readonly maxWaiting?: number;
  /** From the moment a thread has the body; one that takes longer is ended. Default 2,500. */
  readonly budgetMs?: number;
  /** For tests: another program than the one that parses. */
  readonly program?: URL;
}

interface Waiting {
  readonly path: ReviewPath;
  readonly bytes: ArrayBuffer;
  readonly context: ReviewContext;
  /** The body's beginning, for the `uid` that must be echoed even where the rest cannot be read. */
  readonly prefix: Buffer;
  resolve(result: Review | ReviewProblem): void;
}

const prefixBytes = 4_096;

/** Threads start when they are first needed, and again after one ended. */
export function createParsePool({ telemetry, threads, maxWaiting = 16, budgetMs = 2_500, program }: ParsePoolOptions): ParsePool {
  const idle: ParseThread[] = Array.from({ length: threads }, () => createParseThread({ budgetMs, program }));
  const all = [...idle];
  const queue: Waiting[] = [];

  async function work(): Promise<void> {
    const thread = idle.pop();
    if (thread === undefined) return;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) next.resolve(await read(thread, next));
    idle.push(thread);
  }

  async function read(thread: ParseThread, { path, bytes, context, prefix }: Waiting): Promise<Review | ReviewProblem> {
    const result = await thread.parse({ path, bytes, context });
    if (!("gaveUp" in result)) return result;
    telemetry.log.error({ path, reason: result.gaveUp }, "a body was given up");
    return { ...toOversizedProblem(path, prefix), message: "the body is too costly to be read" };
  }

  return {
    parse(path, body, context) {
      if (idle.length === 0 && queue.length >= maxWaiting) {
        return Promise.reject(new UndecidedError("undecided-overloaded", "too many large bodies wait to be read: try again"));
      }
      const { promise, resolve } = Promise.withResolvers<Review | ReviewProblem>();
      const prefix = Buffer.from(body.subarray(0, prefixBytes));
      queue.push({ path, bytes: ownMemory(body), context, prefix, resolve });
      void work();
      return promise;
    },
    async close() {
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}

/** The body's memory where nobody else uses it, else a copy: what came in one piece is a view of memory that others use. */
function ownMemory(body: Buffer): ArrayBuffer {
  const { buffer } = body;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === body.length) return buffer;
  const copy = new ArrayBuffer(body.length);
  Buffer.from(copy).set(body);
  return copy;
}
