import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@grpc/grpc-js";
import { type PublishedRevision, RevisionLogError } from "@portcullis/policy-bus";
import { InvalidMessageError } from "@portcullis/wire";
import { type PublishResponse, type PublishStart, PolicyAdminServiceService as service } from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";
import { encodeForPublishing } from "./encode-for-publishing.ts";
import { toChangeMessage } from "./messages/change-message.ts";
import { fromProgressMessage } from "./messages/progress-message.ts";
import { fromResultMessage } from "./messages/result-message.ts";
import type { ChangeRequest, PublishRequest, RollbackRequest, WidenRequest } from "./policy-administration.ts";
import type { PublishResult } from "./publish-result.ts";
import { answersOf, ask, listen } from "./remote-calls.ts";
import { chunkBytes } from "./serve-reading.ts";

/** One attempt of a change, and how to know it where it was published although its answer was lost. */
interface RemoteChange {
  readonly request: ChangeRequest;
  readonly attempt: (base: ChangeRequest["base"]) => AsyncIterable<PublishResponse>;
  readonly isOurs: (revision: PublishedRevision) => boolean;
}

const retryMs = 500;
const defaultTimeoutMs = 60_000;

/** As `PolicyAdministration.publish`, by a control service. Rejects with `ControlError` for what only the holder of the keys may do. */
export async function publishRemotely(client: Client, request: PublishRequest): Promise<PublishResult> {
  if (request.newEpoch !== undefined || request.nextKeys !== undefined) {
    throw new ControlError(
      "control-not-offered",
      "new epochs and new keys are not for callers of a control service; publish with the keys themselves",
    );
  }
  const { bytes, digest: bundleDigest } = await encodeForPublishing(request.bundle);
  const start = { bundleDigest, bundleSizeBytes: bytes.length, acceptsHoles: request.acceptsHoles ?? false };
  return change(client, {
    request,
    attempt: (base) => upload(client, { ...start, options: toOptions(request, base) }, bytes),
    isOurs: ({ manifest }) => manifest.bundle.digest === bundleDigest,
  });
}

export function rollBackRemotely(client: Client, request: RollbackRequest): Promise<PublishResult> {
  const { to } = request;
  return change(client, {
    request,
    attempt: (base) => answersOf(listen(client, service.rollback, { to, options: toOptions(request, base) })),
    isOurs: ({ manifest }) => manifest.rollbackOf === to,
  });
}

export function widenRemotely(client: Client, request: WidenRequest): Promise<PublishResult> {
  const { revision } = request;
  return change(client, {
    request,
    attempt: (base) => answersOf(listen(client, service.widen, { revision, options: toOptions(request, base) })),
    isOurs: ({ manifest }) => manifest.widens === revision,
  });
}

async function* upload(client: Client, start: PublishStart, bytes: Buffer): AsyncGenerator<PublishResponse> {
  const { path, requestSerialize, responseDeserialize } = service.publish;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.write({ part: { $case: "start", value: start } });
  for (let at = 0; at < bytes.length; at += chunkBytes)
    call.write({ part: { $case: "chunk", value: bytes.subarray(at, at + chunkBytes) } });
  call.end();
  yield* answersOf(call);
}

function toOptions(request: ChangeRequest, base: ChangeRequest["base"]): ReturnType<typeof toChangeMessage> {
  return toChangeMessage({ ...request, ...(base !== undefined && { base }) });
}

/**
 * Where the connection was lost the same is asked again, which changes nothing a second time: it is meant for the head that was found
 * before. What came after it meanwhile, a rollback of this very change perhaps, stays. Not where that was forced, which would
 * publish it twice.
 */
async function change(client: Client, { request, attempt, isOurs }: RemoteChange): Promise<PublishResult> {
  const deadline = performance.now() + (request.timeoutMs ?? defaultTimeoutMs);
  let found: Pick<ChangeRequest, "base"> | undefined;
  for (;;) {
    const isRepeated = found !== undefined;
    try {
      found ??= await findBase(client, request);
      const result = await resultOf(attempt(isRepeated ? found.base : request.base), request.onProgress);
      return isRepeated ? asRepeated(result, request, isOurs) : result;
    } catch (error) {
      if (!isLost(error, isRepeated) || request.isForced === true || performance.now() >= deadline) throw error;
      await pause(retryMs);
    }
  }
}

/** The head that a change is made for. */
async function findBase(client: Client, { base }: ChangeRequest): Promise<Pick<ChangeRequest, "base">> {
  if (base !== undefined) return { base };
  try {
    const { revisions } = await ask(client, service.listRevisions, { limit: 1, before: undefined });
    return { base: revisions[0]?.token ?? null };
  } catch (error) {
    if (!(error instanceof RevisionLogError)) throw error;
    // The change itself is told as a value that the log cannot be read.
    return {};
  }
}

function isLost(error: unknown, isRepeated: boolean): boolean {
  if (!(error instanceof ControlError)) return false;
  return error.code === "control-unreachable" || error.code === "control-draining" || (isRepeated && error.code === "control-busy");
}

function asRepeated(result: PublishResult, { audience }: ChangeRequest, isOurs: RemoteChange["isOurs"]): PublishResult {
  const { report } = result;
  const published = (revision: PublishedRevision): PublishResult => ({
    outcome: "published",
    revision,
    ...(report !== undefined && { report }),
  });
  if (result.outcome === "unchanged") return published(result.revision);
  if (result.outcome !== "conflict") return result;
  const isSame = isOurs(result.won) && result.won.manifest.audience.join() === audience.join();
  return isSame ? published(result.won) : result;
}

async function resultOf(answers: AsyncIterable<PublishResponse>, onProgress: ChangeRequest["onProgress"]): Promise<PublishResult> {
  for await (const { part } of answers) {
    if (part?.$case === "result") return fromResultMessage(part.value);
    if (part?.$case === "progress") onProgress?.(fromProgressMessage(part.value));
  }
  throw new InvalidMessageError("result", "is missing: the stream ended without it");
}
