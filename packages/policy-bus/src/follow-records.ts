import { type ChainState, comparePositions, type TrustAnchors } from "./signing/chain.ts";
import { encodeChain, resumeChain } from "./signing/chain-file.ts";
import { openEnvelope } from "./signing/envelope.ts";
import { type ChainPosition, type Manifest, readPosition } from "./signing/manifest.ts";
import { attempt, countOf, FormatError, fieldsOf, readExactJson, textOf } from "./signing/strict-json.ts";
import { verifyNext } from "./signing/verify-next.ts";

/** How far a replica followed. */
export interface Progress {
  readonly chain: ChainState;
  /** The newest revision it ever put in force: the high-water mark. */
  readonly applied?: ChainPosition;
  /** When it was last proven to be the newest: milliseconds of the wall clock. */
  readonly provenAt: number;
}

/** As `Progress`, and what resuming the chain tells. */
export interface ResumedProgress extends Progress {
  readonly reached?: ChainPosition;
}

export function encodeProgress({ chain, applied, provenAt }: Progress): Buffer {
  return Buffer.from(JSON.stringify({ chain: encodeChain(chain).toString("utf8"), provenAt, ...(applied !== undefined && { applied }) }));
}

/** Undefined: these are not bytes that `encodeProgress` wrote, or they follow another lineage. */
export function decodeProgress(bytes: Uint8Array, anchors: TrustAnchors): ResumedProgress | undefined {
  const stored = attempt(
    () => readExactJson(bytes, { what: "the stored progress", maxBytes: 64 * 1024, read: readProgress }),
    () => undefined,
  );
  if (stored === undefined) return undefined;
  const resumed = resumeChain(Buffer.from(stored.chain), anchors);
  if (!resumed.ok) return undefined;
  const { chain, reached } = resumed;
  const { applied, provenAt } = stored;
  return { chain, provenAt, ...(applied !== undefined && { applied }), ...(reached !== undefined && { reached }) };
}

function readProgress(value: unknown) {
  const fields = fieldsOf(value, "the stored progress", { required: ["chain", "provenAt"], optional: ["applied"] });
  return {
    chain: textOf(fields.get("chain"), "chain", /^\{.*\}$/su),
    provenAt: countOf(fields.get("provenAt"), "provenAt"),
    applied: fields.has("applied") ? readPosition(fields.get("applied"), "applied") : undefined,
  };
}

/** The revision that is served: its envelope, the chain that it comes after, and its bundle's bytes. */
export interface StoredRevision {
  readonly before: ChainState;
  readonly envelope: Uint8Array;
  readonly bundle: Uint8Array;
}

const lengthBytes = 4;

/** As parts to be written one behind the other, since bundles may be large. */
export function encodeStoredRevision({ before, envelope, bundle }: StoredRevision): readonly [Uint8Array, Uint8Array, Uint8Array] {
  return [framed(encodeChain(before)), framed(envelope), bundle];
}

function framed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A stored revision whose signature and place in the chain were verified again. Its bundle was not looked at. */
export interface VerifiedStoredRevision {
  readonly before: ChainState;
  readonly chain: ChainState;
  readonly position: ChainPosition;
  readonly manifest: Manifest;
  readonly bundle: Uint8Array;
}

/** Undefined: torn, changed, of another lineage, or signed by no key that is trusted now. */
export function verifyStoredRevision(bytes: Uint8Array, anchors: TrustAnchors): VerifiedStoredRevision | undefined {
  const parts = attempt(
    () => splitStoredRevision(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
    () => undefined,
  );
  if (parts === undefined) return undefined;
  const { stored, envelope, bundle } = parts;
  const resumed = resumeChain(stored, anchors);
  if (!resumed.ok) return undefined;
  const { chain: before, hasNewAnchors } = resumed;
  const opened = openEnvelope(envelope, before.keys);
  if (!opened.ok || opened.manifest.lineage !== anchors.lineage) return undefined;
  const { manifest, digest } = opened;
  const position = { epoch: manifest.epoch, revision: manifest.revision, digest };
  // Other anchors may start elsewhere: then the signature by one of their keys is what there is to verify.
  if (hasNewAnchors) return { before, chain: before, position, manifest, bundle };
  const verified = verifyNext(before, envelope, { isHistoryLost: true });
  return verified.ok ? { before, chain: verified.chain, position, manifest, bundle } : undefined;
}

function splitStoredRevision(bytes: Buffer) {
  const first = endOfFrame(bytes, 0);
  const second = endOfFrame(bytes, first);
  return {
    stored: bytes.subarray(lengthBytes, first),
    envelope: bytes.subarray(first + lengthBytes, second),
    bundle: bytes.subarray(second),
  };
}

function endOfFrame(bytes: Buffer, at: number): number {
  const end = at + lengthBytes > bytes.length ? Number.NaN : at + lengthBytes + bytes.readUInt32BE(at);
  if (!(end <= bytes.length)) throw new FormatError(`it ends within the part at byte ${at}`);
  return end;
}

/** The later of two positions. */
export function laterOf(a: ChainPosition | undefined, b: ChainPosition | undefined): ChainPosition | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return comparePositions(a, b) >= 0 ? a : b;
}
