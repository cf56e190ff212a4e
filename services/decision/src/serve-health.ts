import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import { type HealthCheckRequest, HealthCheckResponse_ServingStatus as Serving } from "@portcullis/wire";
import type { ServedStream } from "./serve-decide-stream.ts";

interface HealthAnswer {
  readonly status: Serving;
}

export type HealthWatchCall = ServerWritableStream<HealthCheckRequest, HealthAnswer>;

/** Health as `grpc.health.v1` tells it. `decision` (and the whole server): take traffic. `sync`: policy is current. */
export interface Health {
  check(call: ServerUnaryCall<HealthCheckRequest, HealthAnswer>, callback: sendUnaryData<HealthAnswer>): void;
  watch(call: HealthWatchCall): ServedStream;
  /** Tells watchers what changed. */
  update(): void;
}

/** `isServing` is asked on every check; call `update` when its answer may have changed. */
export function createHealth(isServing: { readonly decision: () => boolean; readonly sync: () => boolean }): Health {
  const watchers = new Set<() => void>();

  function statusOf(service: string): Serving | undefined {
    if (service === "" || service === "decision") return isServing.decision() ? Serving.SERVING : Serving.NOT_SERVING;
    if (service === "sync") return isServing.sync() ? Serving.SERVING : Serving.NOT_SERVING;
    return undefined;
  }

  return {
    check(call, callback) {
      const found = statusOf(call.request.service);
      if (found === undefined) callback({ code: status.NOT_FOUND, details: 'this server knows "decision" and "sync"' });
      else callback(null, { status: found });
    },
    watch(call) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      let last: Serving | undefined;
      function tell(): void {
        const next = statusOf(call.request.service) ?? Serving.SERVICE_UNKNOWN;
        if (next === last || call.destroyed || call.writableEnded) return;
        last = next;
        call.write({ status: next });
      }
      watchers.add(tell);
      tell();
      for (const event of ["close", "cancelled", "finish", "error"]) {
        call.on(event, () => {
          watchers.delete(tell);
          resolve();
        });
      }
      return { drain: () => call.end(), finish: () => call.end(), ended };
    },
    update() {
      for (const tell of watchers) tell();
    },
  };
}
