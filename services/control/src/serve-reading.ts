import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { comparePositions, encodeBundle } from "@portcullis/policy-bus";
import { fromRevisionTokenMessage } from "@portcullis/wire";
import {
  type DiffRevisionsRequest,
  type DiffRevisionsResponse,
  type GetFleetRequest,
  type GetFleetResponse,
  type GetRevisionRequest,
  type GetRevisionResponse,
  type GetTimelineRequest,
  type GetTimelineResponse,
  type ListRevisionsRequest,
  type ListRevisionsResponse,
  messageOf,
  type Received,
} from "@portcullis/wire/policy";
import { toControlStatus } from "./control-status.ts";
import { toDifferenceMessage } from "./messages/difference-message.ts";
import { toFleetMessage } from "./messages/fleet-message.ts";
import { fromSelectorMessage, toRevisionMessage, toSkippedMessage } from "./messages/revision-message.ts";
import { toTimelineMessage } from "./messages/timeline-message.ts";
import type { OperationAudit } from "./operation-audit.ts";
import type { PolicyAdministration } from "./policy-administration.ts";
import { selectRevision } from "./select-revision.ts";

type Unary<Request, Response> = (call: ServerUnaryCall<Received<Request>, Response>, callback: sendUnaryData<Response>) => void;

export type GetRevisionCall = ServerWritableStream<Received<GetRevisionRequest>, GetRevisionResponse>;

export interface ReadingHandlers {
  readonly listRevisions: Unary<ListRevisionsRequest, ListRevisionsResponse>;
  readonly diffRevisions: Unary<DiffRevisionsRequest, DiffRevisionsResponse>;
  readonly getTimeline: Unary<GetTimelineRequest, GetTimelineResponse>;
  readonly getFleet: Unary<GetFleetRequest, GetFleetResponse>;
  getRevision(call: GetRevisionCall): void;
}

export interface ServeReadingOptions {
  readonly administration: PolicyAdministration;
  readonly audit: OperationAudit;
}

const defaultListed = 100;
const maxListed = 1_000;
const maxSkipped = 100;

/** Largest part of a bundle in one message. */
export const chunkBytes = 1024 * 1024;

/** Everything that only reads. */
export function serveReading({ administration, audit }: ServeReadingOptions): ReadingHandlers {
  function unary<Request, Response>(name: string, answer: (request: Request) => Promise<Response>): Unary<Request, Response> {
    return (call, callback) => {
      audit
        .run({ name, call }, async () => answer(messageOf(call.request)))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(toControlStatus(error)),
        );
    };
  }

  return {
    listRevisions: unary("list-revisions", (request) => listRevisions(administration, request)),
    diffRevisions: unary("diff-revisions", async ({ before, after }) => {
      const compared = await administration.diff(fromSelectorMessage(before, "before"), fromSelectorMessage(after, "after"));
      return {
        before: toRevisionMessage(compared.before),
        after: toRevisionMessage(compared.after),
        difference: toDifferenceMessage(compared.difference),
      };
    }),
    getTimeline: unary("timeline", async ({ revision }) =>
      toTimelineMessage(await administration.timeline(fromSelectorMessage(revision, "revision"))),
    ),
    getFleet: unary("fleet", async () => toFleetMessage(await administration.fleet())),
    getRevision(call) {
      audit
        .run({ name: "get-revision", call }, () => sendRevision(administration, call))
        .then(
          () => call.end(),
          (error: unknown) => call.emit("error", toControlStatus(error)),
        );
    },
  };
}

async function listRevisions(
  administration: PolicyAdministration,
  { limit, before }: ListRevisionsRequest,
): Promise<ListRevisionsResponse> {
  const list = await administration.revisions();
  const end = before === undefined ? undefined : fromRevisionTokenMessage(before, "before");
  const older = end === undefined ? list.revisions : list.revisions.filter(({ token }) => comparePositions(token, end) < 0);
  const wanted = older.slice(-Math.min(limit === 0 ? defaultListed : limit, maxListed));
  return {
    lineage: list.lineage,
    revisions: wanted.map(toRevisionMessage),
    hasMore: wanted.length < older.length,
    skipped: list.skipped.slice(-maxSkipped).map(toSkippedMessage),
    keys: list.keys,
  };
}

async function sendRevision(administration: PolicyAdministration, call: GetRevisionCall): Promise<void> {
  const { revision: selector, includesBundle } = messageOf(call.request);
  const selected = fromSelectorMessage(selector, "revision");
  if (!includesBundle) {
    const revision = selectRevision(await administration.revisions(), selected);
    call.write({ part: { $case: "revision", value: toRevisionMessage(revision) } });
    return;
  }
  const { revision, bundle } = await administration.show(selected);
  const bytes = await encodeBundle(bundle);
  call.write({ part: { $case: "revision", value: toRevisionMessage(revision) } });
  for (let at = 0; at < bytes.length && !call.destroyed && !call.cancelled; at += chunkBytes) {
    const isRoomy = call.write({ part: { $case: "chunk", value: bytes.subarray(at, at + chunkBytes) } });
    if (!isRoomy) await drained(call);
  }
}

/** Resolves once the caller took some of it in, or is gone. */
function drained(call: GetRevisionCall): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["drain", "cancelled", "close", "error"]) call.once(event, () => resolve());
  });
}
