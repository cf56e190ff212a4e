import type { RevisionToken } from "./decision.ts";

/** A bundle in memory: indexed, immutable, swapped in one assignment. */
export interface Snapshot {
  readonly revision: RevisionToken;
  readonly policies: readonly { readonly name: string; readonly enforcement: string }[];
}
