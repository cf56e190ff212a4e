import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Bundle } from "@portcullis/policy";
import { encodeBundle } from "@portcullis/policy-bus";
import type { EncodedBundle } from "./assess-bundle.ts";

/** As much as is hashed at once: less than a millisecond. */
const sliceBytes = 512 * 1024;

/** A bundle as it is published. Yields to the event loop; rejects with `SigningError` where it cannot be published. */
export async function encodeForPublishing(bundle: Bundle): Promise<EncodedBundle & { readonly bytes: Buffer }> {
  const bytes = await encodeBundle(bundle);
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    hash.update(bytes.subarray(at, at + sliceBytes));
    await setImmediate();
  }
  return { bytes, digest: `sha256:${hash.digest("hex")}`, sizeBytes: bytes.length };
}
