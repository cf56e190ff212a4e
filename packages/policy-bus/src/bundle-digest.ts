import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Bundle, BundleFile } from "@portcullis/policy";

const sliceLength = 512 * 1024;
const digests = new WeakMap<Bundle, Promise<string>>();

/**
 * `sha256:<hex>` over the files sorted by path, each as length-prefixed path and text in UTF-8. Equal for equal files in
 * whatever order. Yields to the event loop every half million characters; computed once per bundle object, which must not change.
 */
export function bundleDigest(bundle: Bundle): Promise<string> {
  const known = digests.get(bundle);
  if (known !== undefined) return known;
  const digest = computeDigest(bundle);
  digests.set(bundle, digest);
  return digest;
}

async function computeDigest({ files }: Bundle): Promise<string> {
  const hash = createHash("sha256");
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const file of sorted) {
    hash.update(lengthPrefix(Buffer.byteLength(file.path))).update(file.path);
    hash.update(lengthPrefix(await byteLength(file)));
    for (const slice of slicesOf(file)) {
      hash.update(slice);
      if (slice.length >= sliceLength) await setImmediate();
    }
  }
  return `sha256:${hash.digest("hex")}`;
}

async function byteLength(file: BundleFile): Promise<number> {
  let length = 0;
  for (const slice of slicesOf(file)) {
    length += Buffer.byteLength(slice);
    if (slice.length >= sliceLength) await setImmediate();
  }
  return length;
}

/** The text in slices that are encoded apart as they are together: never cut within a pair of surrogates. */
function* slicesOf({ text, rest = [] }: BundleFile): Generator<string> {
  for (const piece of [text, ...rest]) {
    for (let start = 0, end = 0; start < piece.length; start = end) {
      end = start + sliceLength;
      if (isHighSurrogate(piece.charCodeAt(end - 1))) end++;
      yield piece.slice(start, end);
    }
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function lengthPrefix(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}
