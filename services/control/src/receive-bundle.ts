import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Bundle } from "@portcullis/policy";
import { beforeEnd, decodeBundle, EndedError } from "@portcullis/policy-bus";
import { InvalidMessageError } from "@portcullis/wire";
import { messageOf, type PublishRequest, type PublishResponse, type PublishStart, type Received } from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";

export type PublishCall = ServerDuplexStream<Received<PublishRequest>, PublishResponse>;

export interface UploadLimits {
  /** Of an encoded bundle. */
  readonly maxBundleBytes: number;
  /** From the first message to the end of the stream. */
  readonly uploadTimeoutMs: number;
}

/** What follows the start of an upload. */
export interface Upload {
  readonly start: PublishStart;
  /** Resolves with the bundle once all of it is there. Rejects with `InvalidMessageError` or `ControlError`. */
  readonly bundle: () => Promise<Bundle>;
}

/** Waits for the first message, so that an upload can be refused before it is taken in. Rejects as `bundle` does. */
export async function receiveUpload(call: PublishCall, limits: UploadLimits): Promise<Upload> {
  const end = AbortSignal.timeout(limits.uploadTimeoutMs);
  const parts: Parts = call[Symbol.asyncIterator]();
  const start = await inTime(end, readStart(parts));
  const { bundleSizeBytes } = start;
  if (bundleSizeBytes > limits.maxBundleBytes) {
    const message = `the bundle has ${bundleSizeBytes} bytes; at most ${limits.maxBundleBytes} are taken: split it, or raise control.maxBundleBytes`;
    throw new ControlError("control-upload-too-large", message);
  }
  return { start, bundle: () => inTime(end, readBundle(parts, start)) };
}

type Parts = AsyncIterator<Received<PublishRequest>, undefined>;

async function readStart(parts: Parts): Promise<PublishStart> {
  const first = await parts.next();
  if (first.done === true) throw new InvalidMessageError("start", "is missing: the stream ended before its first message");
  const { part } = messageOf(first.value);
  if (part?.$case === "start") return part.value;
  throw new InvalidMessageError("start", "is missing; the first message says what is to be published");
}

async function readBundle(parts: Parts, start: PublishStart): Promise<Bundle> {
  const { bundleSizeBytes: sizeBytes, bundleDigest: digest } = start;
  const bytes = Buffer.alloc(sizeBytes);
  let at = 0;
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    const { part } = messageOf(next.value);
    if (part?.$case !== "chunk") throw new InvalidMessageError("chunk", "is missing; what follows the start is chunks");
    if (at + part.value.length > sizeBytes)
      throw new InvalidMessageError("chunk", `goes on after the ${sizeBytes} bytes that were announced`);
    at += part.value.copy(bytes, at);
  }
  if (at < sizeBytes) throw new InvalidMessageError("chunk", `the stream ended after ${at} of ${sizeBytes} bytes`);
  const decoded = await decodeBundle(bytes, { digest, sizeBytes });
  if (decoded.ok) return decoded.bundle;
  throw new InvalidMessageError("chunk", `holds no bundle: ${decoded.detail}`);
}

async function inTime<T>(end: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await beforeEnd(end, work);
  } catch (error) {
    if (!(error instanceof EndedError)) throw error;
    throw new ControlError("control-upload-timeout", "the upload took too long; nothing was published", { cause: error });
  }
}
