import { hash } from "node:crypto";
import { encodeWorkload, type Workload } from "@portcullis/policy";

// Hashing costs about as much as comparing a few hundred characters, and bounds what a hostile workload makes us hold.
const maxPlainLength = 512;

/** Equal for workloads no policy can tell apart, and for no others (but for SHA-256 collisions). At most 513 characters. */
export function workloadKey(workload: Workload): string {
  const encoding = encodeWorkload(workload);
  if (encoding.length <= maxPlainLength) return `=${encoding}`;
  // UTF-16, as encoded: in UTF-8 the lone surrogates of hostile names would all be the same.
  return `#${hash("sha256", Buffer.from(encoding, "utf16le"), "base64")}`;
}
