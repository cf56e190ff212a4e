import { Worker } from "node:worker_threads";
import type { Review, ReviewContext, ReviewProblem } from "@portcullis/kubernetes";
import type { ReviewPath } from "./review-protocol.ts";

/** What a thread is asked. `bytes` are handed over, not copied. */
export interface ParseJob {
  readonly path: ReviewPath;
  readonly bytes: ArrayBuffer;
  readonly context: ReviewContext;
}

/** Why there is no result: the time was up, or the thread came to an end. */
export interface GivenUp {
  readonly gaveUp: string;
}

/** One thread that reads bodies, one at a time. */
export interface ParseThread {
  /** Never rejects. Not to be called again before it resolved. */
  parse(job: ParseJob): Promise<Review | ReviewProblem | GivenUp>;
  close(): Promise<void>;
}

export interface ParseThreadOptions {
  readonly budgetMs: number;
  readonly program?: URL | undefined;
}

/** Starts its worker for the first body, and a new one after the last was ended. An idle worker keeps no process alive. */
export function createParseThread({ budgetMs, program = parseWorker }: ParseThreadOptions): ParseThread {
  let worker: Worker | undefined;
  let settle: ((result: Review | ReviewProblem | GivenUp) => void) | undefined;

  function start(): Worker {
    const started = new Worker(program, { execArgv, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const onEnded = (gaveUp: string) => {
      if (worker === started) giveUp(gaveUp);
    };
    started.on("message", (result: Review | ReviewProblem) => settle?.(result));
    started.on("error", (error: Error) => onEnded(`the thread that read it failed (${error.message})`));
    started.on("exit", () => onEnded("the thread that read it ended"));
    return started;
  }

  /** The worker may be in an endless loop, or gone: it is never asked again. */
  function giveUp(gaveUp: string): void {
    const ended = worker;
    worker = undefined;
    ended?.removeAllListeners("message");
    void ended?.terminate();
    settle?.({ gaveUp });
  }

  return {
    parse(job) {
      const { promise, resolve } = Promise.withResolvers<Review | ReviewProblem | GivenUp>();
      const timer = setTimeout(() => giveUp(`it cannot be read within ${budgetMs} ms`), budgetMs);
      settle = (result) => {
        clearTimeout(timer);
        settle = undefined;
        worker?.unref();
        resolve(result);
      };
      worker ??= start();
      worker.ref();
      worker.postMessage(job, [job.bytes]);
      return promise;
    },
    async close() {
      const ended = worker;
      giveUp("portcullis stops");
      await ended?.terminate();
    },
  };
}

const isSource = import.meta.url.endsWith(".ts");
const parseWorker = new URL(isSource ? "./parse-worker.ts" : "./parse-worker.js", import.meta.url);
/** A worker takes over no flags of a test runner; sources find their workspaces by this condition. */
const execArgv = isSource ? ["--conditions=source"] : [];
