import { type ServerUnaryCall, type ServerWritableStream, type sendUnaryData, status } from "@grpc/grpc-js";
import { type HealthCheckRequest, HealthCheckResponse_ServingStatus as Serving } from "@portcullis/wire";
import type { ServedStream } from "./served-streams.ts";

interface HealthAnswer {
  readonly status: Serving;
}

export type HealthWatchCall = ServerWritableStream<HealthCheckRequest, HealthAnswer>;

/** Health as `grpc.health.v1` tells it. */
export interface Health {
  check(call: ServerUnaryCall<HealthCheckRequest, HealthAnswer>, callback: sendUnaryData<HealthAnswer>): void;
  watch(call: HealthWatchCall): ServedStream;
  /** Tells watchers what changed. */
  update(): void;
}

/** `isServing` is asked on every check, by the name of a service, `""` for the whole server; call `update` when an answer may differ. */
export function createHealth(isServing: ReadonlyMap<string, () => boolean>): Health {
  const watchers = new Set<() => void>();
  const known = [...isServing.keys()].filter((name) => name !== "").map((name) => `"${name}"`);

  function statusOf(service: string): Serving | undefined {
    const asked = isServing.get(service);
    if (asked === undefined) return undefined;
    return asked() ? Serving.SERVING : Serving.NOT_SERVING;
  }

  return {
    check(call, callback) {
      const found = statusOf(call.request.service);
      if (found === undefined) callback({ code: status.NOT_FOUND, details: `this server knows ${known.join(" and ")}` });
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
