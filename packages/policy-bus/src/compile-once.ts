import { setImmediate } from "node:timers/promises";
import { type Bundle, compileInSlices, type RevisionToken, type Snapshot } from "@portcullis/policy";

export interface CompileForOptions {
  /**
   * The cluster that the snapshot serves: overlays that name it hold for all that is asked, others are left out. Default: each
   * overlay holds for workloads of the clusters that it names.
   */
  readonly cluster?: string | undefined;
}

/** By cluster. */
const compiled = new WeakMap<Bundle, Map<string | undefined, Promise<Snapshot>>>();

/**
 * Compiles in slices, once per bundle object: what a watched folder compiled to see whether it may be published need not be
 * compiled again to be served by the same process, which takes seconds for a long list. Rejects with `PolicyCompileError`.
 */
export async function compileOnce(bundle: Bundle, revision: RevisionToken, { cluster }: CompileForOptions = {}): Promise<Snapshot> {
  const known = compiled.get(bundle) ?? new Map<string | undefined, Promise<Snapshot>>();
  compiled.set(bundle, known);
  // Without overlays the bundle is the same for every cluster.
  const isForAll = cluster === undefined || bundle.files.every(({ path }) => !path.startsWith("overlays/"));
  const key = isForAll ? undefined : cluster;
  const begun = known.get(key) ?? compileInSlices(bundle, { revision, cluster: key, pause: () => setImmediate() });
  known.set(key, begun);
  const snapshot = await begun;
  return { ...snapshot, revision };
}
