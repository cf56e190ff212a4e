import type { RevisionToken } from "@portcullis/policy";

/** Negative when `a` is older than `b`, 0 when they are the same, positive when newer; undefined across lineages, which do not compare. */
export function compareRevisions(a: RevisionToken, b: RevisionToken): number | undefined {
  if (a.lineage !== b.lineage) return undefined;
  return a.epoch - b.epoch || a.revision - b.revision;
}

/** Whether an answer at `held` meets `wanted`. A token of another lineage asks for nothing. */
export function isAtLeast(held: RevisionToken, wanted: RevisionToken): boolean {
  const order = compareRevisions(held, wanted);
  return order === undefined || order >= 0;
}
