import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@grpc/grpc-js";
import type { PublishedRevision } from "@portcullis/policy-bus";
import { InvalidMessageError } from "@portcullis/wire";
import { type PublishResponse, type PublishStart, PolicyAdminServiceService as service } from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";
import { encodeForPublishing } from "./encode-for-publishing.ts";
import { toChangeMessage } from "./messages/change-message.ts";
import { fromProgressMessage } from "./messages/progress-message.ts";
import { fromResultMessage } from "./messages/result-message.ts";
import type { ChangeRequest, PublishRequest, RollbackRequest, WidenRequest } from "./policy-administration.ts";
import type { PublishResult } from "./publish-result.ts";
import { answersOf, listen } from "./remote-calls.ts";
import { chunkBytes } from "./serve-reading.ts";

/** One attempt of a change, and how to know it where it was published although its answer was lost. */
interface RemoteChange {
  readonly request: ChangeRequest;
  readonly attempt: () => AsyncIterable<PublishResponse>;
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
  const start: PublishStart = {
    bundleDigest,
    bundleSizeBytes: bytes.length,
    options: toChangeMessage(request),
    acceptsHoles: request.acceptsHoles ?? false,
  };
  return change({
    request,
    attempt: () => upload(client, start, bytes),
    isOurs: ({ manifest }) => manifest.bundle.digest === bundleDigest,
  });
}

export function rollBackRemotely(client: Client, request: RollbackRequest): Promise<PublishResult> {
  const { to } = request;
  return change({
    request,
    attempt: () => answersOf(listen(client, service.rollback, { to, options: toChangeMessage(request) })),
    isOurs: ({ manifest }) => manifest.rollbackOf === to,
  });
}

export function widenRemotely(client: Client, request: WidenRequest): Promise<PublishResult> {
  const { revision } = request;
  return change({
    request,
    attempt: () => answersOf(listen(client, service.widen, { revision, options: toChangeMessage(request) })),
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

/**
 * Where the connection was lost the same is asked again, which changes nothing a second time: what is published already is said to
 * be unchanged. Not where that was forced, which would publish it twice.
 */
async function change({ request, attempt, isOurs }: RemoteChange): Promise<PublishResult> {
  const deadline = performance.now() + (request.timeoutMs ?? defaultTimeoutMs);
  for (let isRepeated = false; ; isRepeated = true) {
    try {
      const result = await resultOf(attempt(), request.onProgress);
      return isRepeated ? asRepeated(result, request, isOurs) : result;
    } catch (error) {
      if (!isLost(error, isRepeated) || request.isForced === true || performance.now() >= deadline) throw error;
      await pause(retryMs);
    }
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
