import type { IncomingMessage } from "node:http";
import { Http2ServerRequest } from "node:http2";
import type { EndOfTurn } from "./end-of-turn.ts";
import type { ExpiryWatch } from "./expiry-watch.ts";
import type { ReviewLoad } from "./review-load.ts";
import type { UnfinishedBody } from "./webhook-metrics.ts";

export type RawRequest = IncomingMessage | Http2ServerRequest;

/** By what it came over, not by the version that the request line of HTTP/1.1 claims. */
export function isHttp2(raw: RawRequest): raw is Http2ServerRequest {
  return raw instanceof Http2ServerRequest;
}

/** Bodies up to this size are read whole: an object of 3 MiB, its `oldObject`, and escapes. */
export const maxBodyBytes = 7 * 1024 * 1024;
/** Larger bodies are read to their end and thrown away, so that their sender reads our answer; beyond this, it is cut off. */
export const maxDrainedBytes = 64 * 1024 * 1024;
/** What is kept of a body that is too large: its `uid` stands within this. */
const prefixBytes = 64 * 1024;

/**
 * Some clients, Node's among them, end an HTTP/2 stream that they cancel just before they reset it, so that what looks
 * like the end may be the first half of a reset. Where the length was announced, as API servers do, the protocol catches
 * that; elsewhere the reset follows within 1 ms on loopback.
 */
const resetWithinMs = 10;

export type ReceivedBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too-large"; readonly prefix: Buffer }
  /** There is no room to hold it. */
  | { readonly kind: "shed" }
  /** It did not come to its end, so nothing may be decided on it. */
  | { readonly kind: "unfinished"; readonly reason: UnfinishedBody };

export interface BodyReading {
  readonly load: ReviewLoad;
  readonly watch: ExpiryWatch;
  readonly atEndOfTurn: EndOfTurn;
  /** A body must be complete this long after its headers: 30 s let 7 MiB through at 240 KiB/s. */
  readonly bodyTimeoutMs: number;
}

export interface Incoming {
  readonly raw: RawRequest;
  readonly isLengthAnnounced: boolean;
}

/** Reads a request's body. Bytes of a `whole` body stay counted in `load` until the caller drops them. Never rejects. */
export function receiveBody({ raw, isLengthAnnounced }: Incoming, reading: BodyReading): Promise<ReceivedBody> {
  const { load, watch, bodyTimeoutMs, atEndOfTurn } = reading;
  const { promise, resolve } = Promise.withResolvers<ReceivedBody>();
  const collected = new CollectedBody(load);
  let isSettled = false;
  let isWhole = false;
  const watched = {
    place: -1,
    deadlineMs: performance.now() + bodyTimeoutMs,
    onExpired: () => settle({ kind: "unfinished", reason: "too-slow" }),
  };
  watch.add(watched);

  function settle(body: ReceivedBody): void {
    if (isSettled) return;
    isSettled = true;
    watch.remove(watched);
    if (body.kind !== "whole") collected.letGo();
    resolve(body);
  }
  function onGone(): void {
    // A request also closes after its last byte.
    if (!isWhole) settle({ kind: "unfinished", reason: "aborted" });
  }
  // Stays attached when there is nothing more to keep: it throws away what still comes.
  raw.on("data", (chunk: Buffer) => {
    if (isSettled) return;
    const refusal = collected.take(chunk);
    if (refusal !== undefined) settle(refusal);
  });
  function settleWhole(): void {
    atEndOfTurn(() => settle(collected.whole()), collected.heldBytes);
  }
  raw.on("end", () => {
    if (isHttp2(raw) && !isLengthAnnounced) {
      // Timers of one millisecond are called in one turn: those must not read all of their bodies in it either.
      setTimeout(settleWhole, resetWithinMs);
      return;
    }
    isWhole = true;
    settleWhole();
  });
  raw.on("error", onGone);
  raw.on("close", onGone);
  return promise;
}

class CollectedBody {
  readonly #load: ReviewLoad;
  #chunks: Buffer[] = [];
  #received = 0;
  #held = 0;

  constructor(load: ReviewLoad) {
    this.#load = load;
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Keeps a chunk, or says why reading ends here. */
  take(chunk: Buffer): ReceivedBody | undefined {
    this.#received += chunk.length;
    if (this.#received > maxDrainedBytes) return { kind: "unfinished", reason: "endless" };
    const isFirstBeyond = this.#received > maxBodyBytes && this.#received - chunk.length <= maxBodyBytes;
    if (this.#received <= maxBodyBytes) return this.#keep(chunk);
    if (isFirstBeyond) this.#keepPrefix();
    return undefined;
  }

  whole(): ReceivedBody {
    const [only] = this.#chunks;
    const bytes = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    return this.#received > maxBodyBytes ? { kind: "too-large", prefix: bytes } : { kind: "whole", bytes };
  }

  letGo(): void {
    this.#load.drop(this.#held);
    this.#held = 0;
    this.#chunks = [];
  }

  #keep(chunk: Buffer): ReceivedBody | undefined {
    if (!this.#load.hold(chunk.length)) return { kind: "shed" };
    this.#held += chunk.length;
    this.#chunks.push(chunk);
    return undefined;
  }

  #keepPrefix(): void {
    const prefix = Buffer.concat(this.#chunks, Math.min(this.#held, prefixBytes));
    this.letGo();
    this.#keep(prefix.subarray(0, endOfText(prefix)));
  }
}

/** Where the last character that is surely whole ends: a character cut in two would make all of it unreadable. */
function endOfText(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) >= 0x80) end -= 1;
  return end;
}
