import { Worker } from "node:worker_threads";
import type { CompileAnswer, CompileRequest } from "./compile-protocol.ts";
import { CompileWorkerError } from "./compile-worker-error.ts";
import { reasonOf } from "./reason-of.ts";

/** One thread that compiles one bundle. */
export interface CompileThread extends AsyncDisposable {
  /** Buffers are handed over, not copied. */
  send(request: CompileRequest, buffers?: readonly ArrayBuffer[]): void;
  /** Rejects with `CompileWorkerError`. Not to be called again before it settled. */
  ask(request: CompileRequest): Promise<CompileAnswer>;
}

export interface CompileThreadOptions {
  /** A thread that needs more is ended. Buffers of indexes do not count: they grow with the text, which is bounded. */
  readonly maxHeapMiB: number;
  readonly timeoutMs: number;
  readonly program?: URL | undefined;
}

/** Starts the thread; it ends when disposed of. */
export function createCompileThread({ maxHeapMiB, timeoutMs, program = compileWorker }: CompileThreadOptions): CompileThread {
  const worker = new Worker(program, { name: "compile", execArgv, resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB } });
  let failure: CompileWorkerError | undefined;
  let waiting: PromiseWithResolvers<CompileAnswer> | undefined;

  function fail(error: CompileWorkerError): void {
    failure ??= error;
    waiting?.reject(failure);
  }

  const timer = setTimeout(() => fail(new CompileWorkerError("policy-worker-timeout", `not compiled within ${timeoutMs} ms`)), timeoutMs);
  worker.on("message", (answer: CompileAnswer) => waiting?.resolve(answer));
  worker.on("error", (cause) =>
    fail(new CompileWorkerError("policy-worker-failed", `the thread that compiled failed: ${reasonOf(cause)}`, { cause })),
  );
  worker.on("exit", () => fail(new CompileWorkerError("policy-worker-failed", "the thread that compiled ended before it was done")));

  return {
    send: (request, buffers = []) => worker.postMessage(request, buffers),
    ask(request) {
      waiting = Promise.withResolvers();
      if (failure === undefined) worker.postMessage(request);
      else waiting.reject(failure);
      return waiting.promise;
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}

const isSource = import.meta.url.endsWith(".ts");
const compileWorker = new URL(isSource ? "./compile-worker.ts" : "./compile-worker.js", import.meta.url);
/** A worker takes over no flags of a test runner; sources find their workspaces by this condition. */
const execArgv = isSource ? ["--conditions=source"] : [];
