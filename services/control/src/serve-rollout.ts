import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ServedStream } from "@portcullis/grpc-server";
import { bounded } from "@portcullis/wire";
import { messageOf, type Received, type WatchRolloutRequest, type WatchRolloutResponse } from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";
import { toControlStatus } from "./control-status.ts";
import { fromSelectorMessage, toReplicaNames } from "./messages/revision-message.ts";
import { toRolloutMessage } from "./messages/rollout-message.ts";
import type { OperationAudit } from "./operation-audit.ts";
import type { PolicyAdministration, RolloutRequest } from "./policy-administration.ts";

export type WatchRolloutCall = ServerWritableStream<Received<WatchRolloutRequest>, WatchRolloutResponse>;

const maxReplicas = 10_000;

/** Each looks at the reports of all replicas every two seconds. */
const maxWatched = 100;

export interface ServeRolloutOptions {
  readonly administration: PolicyAdministration;
  readonly audit: OperationAudit;
}

/** Tells each caller how a revision comes into force until it is, the caller is gone, or the service drains. */
export function serveRollouts({ administration, audit }: ServeRolloutOptions): (call: WatchRolloutCall) => ServedStream {
  let watched = 0;

  /** Counts those that are under way. */
  async function watch(work: () => Promise<string>): Promise<string> {
    if (watched >= maxWatched) throw new ControlError("control-busy", `${watched} rollouts are watched already; try again later`);
    watched += 1;
    return work().finally(() => {
      watched -= 1;
    });
  }

  return (call) => serveRollout(call, { administration, audit, watch });
}

function serveRollout(
  call: WatchRolloutCall,
  { administration, audit, watch }: ServeRolloutOptions & { readonly watch: (work: () => Promise<string>) => Promise<string> },
): ServedStream {
  const stop = new AbortController();
  for (const event of ["cancelled", "close", "error"]) call.on(event, () => stop.abort());
  const isGone = () => call.destroyed || call.cancelled || call.writableEnded;

  async function tell(): Promise<string> {
    let end = "stopped";
    for await (const status of administration.rollout({ ...toRequest(messageOf(call.request)), signal: stop.signal })) {
      if (isGone()) break;
      call.write(toRolloutMessage(status));
      end = status.end ?? end;
    }
    return end;
  }

  const ended = audit
    .run({ name: "rollout", call, outcomeOf: (outcome) => ({ outcome }) }, () => watch(tell))
    .then(
      () => {
        if (!isGone()) call.end();
      },
      (error: unknown) => {
        if (!isGone()) call.emit("error", toControlStatus(error));
      },
    );

  function drain(): void {
    if (!isGone()) call.emit("error", toControlStatus(new ControlError("control-draining", "the control service ends now; watch again")));
    stop.abort();
  }
  return { drain, finish: drain, ended };
}

function toRequest({ revision, isOnce, timeoutMs, expected, gone }: WatchRolloutRequest): RolloutRequest {
  return {
    revision: fromSelectorMessage(revision, "revision"),
    waits: !isOnce,
    ...(timeoutMs > 0 && { timeoutMs }),
    expected: toReplicaNames(bounded(expected, "expected", maxReplicas)),
    gone: toReplicaNames(bounded(gone, "gone", maxReplicas)),
  };
}
