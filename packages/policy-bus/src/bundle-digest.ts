import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Bundle } from "@portcullis/policy";

const sliceBytes = 1024 * 1024;
const digests = new WeakMap<Bundle, Promise<string>>();

/**
 * `sha256:<hex>` over the files sorted by path, each as length-prefixed path and text in UTF-8. Equal for equal files in
 * whatever order. Yields to the event loop every MiB; computed once per bundle object, which must not change.
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
  for (const { path, text } of sorted) {
    for (const bytes of [Buffer.from(path), Buffer.from(text)]) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(bytes.length));
      hash.update(length);
      for (let from = 0; from < bytes.length; from += sliceBytes) {
        hash.update(bytes.subarray(from, from + sliceBytes));
        if (from > 0) await setImmediate();
      }
    }
  }
  return `sha256:${hash.digest("hex")}`;
}
