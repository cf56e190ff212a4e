import { hash } from "node:crypto";
import { encodeWorkload, type Workload } from "@portcullis/policy";

/**
 * Equal for workloads no policy can tell apart, and for no others (but for SHA-256 collisions). 45 characters.
 *
 * Hashing takes no longer than comparing, and what is held for each verdict is a seventh: the encoding is a tree of the parts
 * it was put together from, which the cache would keep, and every collection would copy.
 */
export function workloadKey(workload: Workload): string {
  const encoding = encodeWorkload(workload);
  // In UTF-8 the lone surrogates of hostile names would all be the same.
  if (encoding.isWellFormed()) return `=${hash("sha256", encoding, "base64")}`;
  return `#${hash("sha256", Buffer.from(encoding, "utf16le"), "base64")}`;
}
