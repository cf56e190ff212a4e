import type { ServerWritableStream } from "@grpc/grpc-js";
import type { ServedStream } from "@portcullis/grpc-server";
import {
  messageOf,
  type PublishResponse,
  type Received,
  type RollbackRequest,
  type RollbackResponse,
  type WidenRequest,
  type WidenResponse,
} from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";
import { toControlStatus } from "./control-status.ts";
import { fromChangeMessage } from "./messages/change-message.ts";
import { toProgressMessage } from "./messages/progress-message.ts";
import { toResultMessage } from "./messages/result-message.ts";
import type { OperationAudit } from "./operation-audit.ts";
import type { ChangeRequest, PolicyAdministration } from "./policy-administration.ts";
import type { PublishResult } from "./publish-result.ts";
import { type PublishCall, receiveUpload, type UploadLimits } from "./receive-bundle.ts";

export type RollbackCall = ServerWritableStream<Received<RollbackRequest>, RollbackResponse>;
export type WidenCall = ServerWritableStream<Received<WidenRequest>, WidenResponse>;
type ChangeCall = PublishCall | RollbackCall | WidenCall;

export interface ServeChangesOptions {
  readonly administration: PolicyAdministration;
  readonly audit: OperationAudit;
  readonly limits: UploadLimits;
}

export interface ChangeHandlers {
  publish(call: PublishCall): ServedStream;
  rollback(call: RollbackCall): ServedStream;
  widen(call: WidenCall): ServedStream;
}

/** What a call does with its request once nobody else changes anything. */
type Change = (options: Pick<ChangeRequest, "publisher" | "onProgress">) => Promise<PublishResult>;

/**
 * Changes one thing at a time: two publications at once end in a conflict for one of them, after the memory and the time for
 * both. A change that was begun is carried through, whether or not its caller still listens.
 */
export function serveChanges({ administration, audit, limits }: ServeChangesOptions): ChangeHandlers {
  let holder: string | undefined;

  async function alone<T>(caller: string, work: () => Promise<T>): Promise<T> {
    if (holder !== undefined) throw new ControlError("control-busy", `"${holder}" publishes now; try again when that has ended`);
    holder = caller;
    try {
      return await work();
    } finally {
      holder = undefined;
    }
  }

  function serve(name: string, call: ChangeCall, change: Change): ServedStream {
    const work = audit.run({ name, call, outcomeOf: toAuditLine }, (caller) =>
      alone(caller, () =>
        change({ publisher: caller, onProgress: (step) => send(call, { $case: "progress", value: toProgressMessage(step) }) }),
      ),
    );
    const ended = work.then(
      (result) => {
        send(call, { $case: "result", value: toResultMessage(result) });
        call.end();
      },
      (error: unknown) => fail(call, error),
    );
    return {
      drain: () => undefined,
      finish: () => fail(call, new ControlError("control-draining", "the control service ends now")),
      ended,
    };
  }

  return {
    publish: (call) =>
      serve("publish", call, async (who) => {
        const { start, bundle } = await receiveUpload(call, limits);
        const wishes = fromChangeMessage(start.options);
        return administration.publish({ ...wishes, ...who, bundle: await bundle(), acceptsHoles: start.acceptsHoles });
      }),
    rollback: (call) =>
      serve("rollback", call, async (who) => {
        const { to, options } = messageOf(call.request);
        return administration.rollback({ ...fromChangeMessage(options), ...who, to });
      }),
    widen: (call) =>
      serve("widen", call, async (who) => {
        const { revision, options } = messageOf(call.request);
        return administration.widen({ ...fromChangeMessage(options), ...who, revision });
      }),
  };
}

/** A caller who is gone hears nothing. */
function send(call: ChangeCall, part: NonNullable<PublishResponse["part"]>): void {
  if (!call.destroyed && !call.writableEnded && !call.cancelled) call.write({ part });
}

function fail(call: ChangeCall, error: unknown): void {
  if (!call.destroyed && !call.writableEnded && !call.cancelled) call.emit("error", toControlStatus(error));
}

function toAuditLine(result: PublishResult) {
  switch (result.outcome) {
    case "published":
    case "unchanged":
      return {
        outcome: result.outcome,
        token: result.revision.token,
        digest: result.revision.digest,
        audience: result.revision.manifest.audience,
      };
    case "conflict":
      return { outcome: result.outcome, won: result.won.token };
    case "dry-run":
      return { outcome: result.outcome, token: result.token };
    case "refused":
    case "not-published":
      return { outcome: result.outcome, code: result.code, message: result.message };
    case "unknown":
      return { outcome: result.outcome, token: result.token, digest: result.digest, message: result.message };
    default:
      return result satisfies never;
  }
}
