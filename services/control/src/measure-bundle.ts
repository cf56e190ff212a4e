import { createHash } from "node:crypto";
import type { Bundle } from "@portcullis/policy";
import { encodeBundle } from "@portcullis/policy-bus";
import type { PublishReport } from "./publish-report.ts";

/** Size and digest of a bundle as it is published. Rejects with `SigningError` where it cannot be. */
export async function measureBundle(bundle: Bundle): Promise<Pick<PublishReport, "digest" | "sizeBytes">> {
  const bytes = await encodeBundle(bundle);
  return { digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, sizeBytes: bytes.length };
}
