import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { joinBytes } from "../join-bytes.ts";
import { RevisionLogError } from "../revision-log-error.ts";
import { inParallel } from "./in-parallel.ts";
import { askJetStream, fieldsOrThrow } from "./jetstream-request.ts";
import type { NatsLink } from "./nats-link.ts";
import { readMessage, type StreamReader } from "./stored-message.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** A quarter of the smallest usual `max_payload`: a stored chunk is read back as base64 in JSON. */
const chunkBytes = 256 * 1024;
/** More than a policy folder may hold. Whoever writes chunks is not trusted: a reader must not fill its memory for them. */
const maxChunks = (320 * 1024 * 1024) / chunkBytes;
const parallelRequests = 4;

export interface BundleStore {
  put(digest: string, bytes: Uint8Array): Promise<void>;
  get(digest: string): Promise<Uint8Array | undefined>;
}

/** Reads a bundle that is too large for the event loop. */
export type ReadLarge = (digest: string) => Promise<Uint8Array | undefined>;

/** What is read on the event loop: 2 MiB. */
const maxChunksInProcess = 8;

/**
 * Bytes by their digest, in chunks: subject `<prefix>.<hex>.<index>`, and `<prefix>.<hex>.count` written last. Readers need no
 * consumer, and so no right to have messages sent anywhere; they hash what they read, chunk by chunk.
 */
export function createBundleStore(
  link: NatsLink,
  { bundles }: StreamPlan,
  reader: StreamReader & { readonly readLarge?: ReadLarge },
): BundleStore {
  const subjectOf = (digest: string, part: number | "count") => `${bundles.subjects}.${hexOf(digest)}.${part}`;

  async function read(digest: string, part: number | "count"): Promise<Uint8Array | undefined> {
    return (await readMessage(link, bundles.stream, { ...reader, query: { lastOf: subjectOf(digest, part) } }))?.data;
  }

  // Writing a chunk twice replaces it by itself, so that asking again after a lost answer is harmless.
  async function write(digest: string, part: number | "count", data: Uint8Array): Promise<void> {
    const answer = await askJetStream(link, { subject: subjectOf(digest, part), body: data, timeoutMs: reader.timeoutMs });
    fieldsOrThrow(answer, `writing to stream "${bundles.stream}"`);
  }

  async function get(digest: string): Promise<Uint8Array | undefined> {
    const count = readCount(await read(digest, "count"));
    if (count === undefined) return undefined;
    if (reader.readLarge !== undefined && count > maxChunksInProcess) return reader.readLarge(digest);
    return readChunks(digest, count);
  }

  async function readChunks(digest: string, count: number): Promise<Uint8Array | undefined> {
    const hash = createHash("sha256");
    const chunks: Uint8Array[] = [];
    for await (const chunk of inParallel({ count, atOnce: parallelRequests }, (index) => read(digest, index))) {
      if (chunk === undefined || chunk.byteLength > chunkBytes) return undefined;
      hash.update(chunk);
      chunks.push(chunk);
    }
    return `sha256:${hash.digest("hex")}` === digest ? await joinBytes(chunks) : undefined;
  }

  return {
    get,
    async put(digest, bytes) {
      await assertDigest(digest, bytes);
      // Reading it back costs no disk on any server, and finds a bundle that is there and damaged.
      if ((await get(digest)) !== undefined) return;
      const count = Math.ceil(bytes.byteLength / chunkBytes);
      if (count > maxChunks) throw new RevisionLogError("bus-entry-too-large", `a bundle of ${bytes.byteLength} bytes is too large`);
      const writeChunk = (index: number) => write(digest, index, bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes));
      for await (const _ of inParallel({ count, atOnce: parallelRequests }, writeChunk));
      await write(digest, "count", new TextEncoder().encode(String(count)));
    },
  };
}

function hexOf(digest: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined) throw new RevisionLogError("bus-digest-mismatch", `"${digest}" is no digest of the form sha256:<hex>`);
  return hex;
}

async function assertDigest(digest: string, bytes: Uint8Array): Promise<void> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
    hash.update(bytes.subarray(start, start + chunkBytes));
    await setImmediate();
  }
  if (`sha256:${hash.digest("hex")}` !== digest) throw new RevisionLogError("bus-digest-mismatch", `these bytes are not "${digest}"`);
}

function readCount(data: Uint8Array | undefined): number | undefined {
  const text = new TextDecoder().decode(data);
  const count = /^\d{1,6}$/.test(text) ? Number(text) : undefined;
  return count !== undefined && count <= maxChunks ? count : undefined;
}
