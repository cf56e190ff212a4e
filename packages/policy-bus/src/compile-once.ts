import { setImmediate } from "node:timers/promises";
import { type Bundle, compileInSlices, type RevisionToken, type Snapshot } from "@portcullis/policy";

const compiled = new WeakMap<Bundle, Promise<Snapshot>>();

/**
 * Compiles in slices, once per bundle object: what a watched folder compiled to see whether it may be published need not be
 * compiled again to be served by the same process, which takes seconds for a long list. Rejects with `PolicyCompileError`.
 */
export async function compileOnce(bundle: Bundle, revision: RevisionToken): Promise<Snapshot> {
  const begun = compiled.get(bundle) ?? compileInSlices(bundle, { revision, pause: () => setImmediate() });
  compiled.set(bundle, begun);
  const snapshot = await begun;
  return { ...snapshot, revision };
}
