import type { RevisionToken } from "@portcullis/policy";
import { comparePositions } from "@portcullis/policy-bus";

/** Whether both name the same revision of the same policy set. */
export function isSameToken(a: RevisionToken, b: RevisionToken): boolean {
  return a.lineage === b.lineage && comparePositions(a, b) === 0;
}

/** Whether `a` is `b`, or comes after it in the same policy set. */
export function isAtOrAfter(a: RevisionToken, b: RevisionToken): boolean {
  return a.lineage === b.lineage && comparePositions(a, b) >= 0;
}
