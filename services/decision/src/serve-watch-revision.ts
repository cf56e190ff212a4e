import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ServedStream } from "@portcullis/grpc-server";
import type { RevisionToken } from "@portcullis/policy";
import {
  type Received,
  toErrorStatus,
  toRevisionTokenMessage,
  type WatchRevisionRequest,
  type WatchRevisionResponse,
} from "@portcullis/wire";
import type { DecisionService } from "./create-decision-service.ts";

export type WatchRevisionCall = ServerWritableStream<Received<WatchRevisionRequest>, WatchRevisionResponse>;

/** Sends the revision in force and every later one; to a client that reads slowly the newest only. */
export function serveWatchRevision(call: WatchRevisionCall, { onRevision }: Pick<DecisionService, "onRevision">): ServedStream {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let held: RevisionToken | undefined;
  let isBlocked = false;

  const stop = onRevision((token) => {
    held = token;
    flush();
  });
  function flush(): void {
    if (held === undefined || isBlocked || call.destroyed || call.writableEnded) return;
    const token = toRevisionTokenMessage(held);
    held = undefined;
    isBlocked = !call.write({ token });
  }
  function onEnded(): void {
    stop();
    resolve();
  }

  call.on("drain", () => {
    isBlocked = false;
    flush();
  });
  for (const event of ["close", "cancelled", "finish", "error"]) call.on(event, onEnded);
  if ("problem" in call.request) call.emit("error", toErrorStatus(call.request.problem));
  return { drain: () => call.end(), finish: () => call.end(), ended };
}
