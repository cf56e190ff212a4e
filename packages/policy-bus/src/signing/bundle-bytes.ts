import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { TextDecoder } from "node:util";
import type { Bundle, BundleFile } from "@portcullis/policy";
import { lazyFile, pieceBytes } from "../lazy-file.ts";
import { type BundleLimits, defaultBundleLimits } from "../load-policy-bundle.ts";
import { type BundleClaim, maxEncodedBundleBytes } from "./manifest.ts";
import { SigningError } from "./signing-error.ts";
import { attempt, FormatError } from "./strict-json.ts";

/** Codes of bytes that are not the bundle a revision names; explained in `docs/errors.md`. */
export const bundleProblemCodes = ["bundle-wrong-size", "bundle-wrong-digest", "bundle-malformed", "bundle-too-large"] as const;
export type BundleProblemCode = (typeof bundleProblemCodes)[number];

/** Why bytes are not the bundle of a revision. */
export interface BundleProblem {
  readonly ok: false;
  readonly code: BundleProblemCode;
  readonly detail: string;
}

export interface DecodedBundle {
  readonly ok: true;
  readonly bundle: Bundle;
}

/** As much as is hashed or decoded at once: less than a millisecond. */
const sliceBytes = 512 * 1024;

/** What a file costs beside its text, in bytes that are worked on in the same time. */
const fileCost = 8 * 1024;

const lengthBytes = 8;
const maxPathBytes = 4_096;

/**
 * A bundle as bytes: its files sorted by path, each as length (8 bytes, big-endian) and bytes of its path, then of its text,
 * in UTF-8. SHA-256 of these bytes is `bundleDigest`. Yields to the event loop; rejects with `SigningError`.
 */
export async function encodeBundle({ files }: Bundle): Promise<Buffer> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  attempt(() => assertPaths(sorted.map(({ path }) => path)), refuse);
  const sizes = await textSizes(sorted);
  const sizeBytes = sorted.reduce((sum, { path }, index) => sum + 2 * lengthBytes + Buffer.byteLength(path) + (sizes[index] ?? 0), 0);
  if (sizeBytes > maxEncodedBundleBytes) {
    throw new SigningError(
      "signing-invalid-bundle",
      `the bundle has ${sizeBytes} bytes; at most ${maxEncodedBundleBytes} can be published`,
    );
  }
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  const pace = createPace();
  let at = 0;
  for (const [index, file] of sorted.entries()) {
    await pace(fileCost);
    at = writeLength(bytes, at, Buffer.byteLength(file.path));
    at += bytes.write(file.path, at, "utf8");
    at = writeLength(bytes, at, sizes[index] ?? 0);
    for (const slice of slicesOf(file)) {
      at += bytes.write(slice, at, "utf8");
      await pace(slice.length);
    }
  }
  return bytes;
}

/**
 * Reads what `encodeBundle` wrote, once size and digest are those that the manifest names: nothing is parsed before. Yields
 * to the event loop.
 */
export async function decodeBundle(
  bytes: Uint8Array,
  { digest, sizeBytes }: Pick<BundleClaim, "digest" | "sizeBytes">,
  limits: BundleLimits = defaultBundleLimits,
): Promise<DecodedBundle | BundleProblem> {
  if (bytes.length !== sizeBytes) return problem("bundle-wrong-size", `it has ${bytes.length} bytes, and the revision names ${sizeBytes}`);
  const actual = await digestOf(bytes);
  if (actual !== digest) return problem("bundle-wrong-digest", `its digest is "${actual}", and the revision names "${digest}"`);
  try {
    return await readBundle(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), limits);
  } catch (error) {
    if (error instanceof FormatError) return problem("bundle-malformed", error.message);
    throw error;
  }
}

async function readBundle(bytes: Buffer, { maxBundleBytes, maxFileBytes, maxFiles }: BundleLimits): Promise<DecodedBundle | BundleProblem> {
  const parts = splitFiles(bytes, maxFiles);
  const texts = parts.map(({ text }) => text.length);
  if (parts.length > maxFiles || texts.some((size) => size > maxFileBytes) || texts.reduce((a, b) => a + b, 0) > maxBundleBytes) {
    const allowed = `${maxFiles} files with ${maxFileBytes} bytes each and ${maxBundleBytes} together`;
    return problem("bundle-too-large", `at most ${allowed} are read`);
  }
  const pace = createPace();
  const files: BundleFile[] = [];
  for (const part of parts) files.push(await readFile(part, pace));
  assertPaths(files.map(({ path }) => path));
  return { ok: true, bundle: { files } };
}

interface EncodedFile {
  readonly path: Buffer;
  readonly text: Buffer;
}

/** Views of the bytes; stops after one file more than allowed. */
function splitFiles(bytes: Buffer, maxFiles: number): readonly EncodedFile[] {
  const parts: EncodedFile[] = [];
  let at = 0;
  const next = () => {
    const end = at + lengthBytes > bytes.length ? Number.NaN : at + lengthBytes + Number(bytes.readBigUInt64BE(at));
    if (!(end <= bytes.length)) throw new FormatError(`it ends within the part at byte ${at}`);
    const part = bytes.subarray(at + lengthBytes, end);
    at = end;
    return part;
  };
  while (at < bytes.length && parts.length <= maxFiles) parts.push({ path: next(), text: next() });
  return parts;
}

async function readFile({ path, text }: EncodedFile, pace: Pace): Promise<BundleFile> {
  const name = decodeText(path);
  await pace(fileCost);
  if (text.length > pieceBytes) return readLongFile(name, text, pace);
  await pace(text.length);
  return { path: name, text: decodeText(text) };
}

/** Checked, and decoded where somebody asks for its text: most often it is another thread that does. */
async function readLongFile(path: string, text: Buffer, pace: Pace): Promise<BundleFile> {
  for (const slice of characterSlices(text)) {
    if (!isUtf8(slice)) throw new FormatError(notUtf8);
    await pace(slice.length);
  }
  return lazyFile(path, text);
}

const notUtf8 = "a file is no UTF-8";

/** Slices that end where a character ends, if the text is UTF-8. */
function* characterSlices(text: Buffer): Generator<Buffer> {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = Math.min(start + sliceBytes, text.length);
    for (let back = 0; back < 3 && isContinuation(text[end]); back++) end -= 1;
    yield text.subarray(start, end);
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(notUtf8, { cause });
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    hash.update(bytes.subarray(start, start + sliceBytes));
    if (start + sliceBytes < bytes.length) await setImmediate();
  }
  return `sha256:${hash.digest("hex")}`;
}

/** Sorted, each once, and none that leads out of the bundle: a path ends up in messages, and in files when a bundle is unpacked. */
function assertPaths(paths: readonly string[]): void {
  for (const [index, path] of paths.entries()) {
    const previous = paths[index - 1];
    if (previous !== undefined && previous >= path)
      throw new FormatError(`the file ${JSON.stringify(path)} is not after the one before it`);
    const isSafe = path.isWellFormed() && !/[\p{Cc}\\]/u.test(path) && path.split("/").every((part) => !["", ".", ".."].includes(part));
    if (!isSafe || Buffer.byteLength(path) > maxPathBytes)
      throw new FormatError(`${JSON.stringify(path.slice(0, 256))} is no path of a file`);
  }
}

async function textSizes(files: readonly BundleFile[]): Promise<readonly number[]> {
  const pace = createPace();
  const sizes: number[] = [];
  for (const file of files) {
    let size = 0;
    for (const slice of slicesOf(file)) {
      size += Buffer.byteLength(slice);
      await pace(slice.length);
    }
    sizes.push(size);
  }
  return sizes;
}

/** The text in slices that are encoded apart as they are together: never cut within a pair of surrogates. */
function* slicesOf({ text, rest = [] }: BundleFile): Generator<string> {
  for (const piece of [text, ...rest]) {
    for (let start = 0, end = 0; start < piece.length; start = end) {
      end = start + sliceBytes;
      const last = piece.charCodeAt(end - 1);
      if (last >= 0xd800 && last <= 0xdbff) end += 1;
      yield piece.slice(start, end);
    }
  }
}

type Pace = (workBytes: number) => Promise<void>;

/** Yields to the event loop after each slice of work, however many files it is spread over. */
function createPace(): Pace {
  let work = 0;
  return async (workBytes) => {
    work += workBytes;
    if (work < sliceBytes) return;
    work = 0;
    await setImmediate();
  };
}

function writeLength(bytes: Buffer, at: number, length: number): number {
  return bytes.writeBigUInt64BE(BigInt(length), at);
}

function refuse({ message }: FormatError): never {
  throw new SigningError("signing-invalid-bundle", `this bundle cannot be published: ${message}`);
}

function problem(code: BundleProblemCode, detail: string): BundleProblem {
  return { ok: false, code, detail };
}
