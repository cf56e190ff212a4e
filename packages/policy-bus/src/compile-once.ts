import { setImmediate } from "node:timers/promises";
import { type Bundle, compileInSlices, overlayGlobOf, PolicyCompileError, type RevisionToken, type Snapshot } from "@portcullis/policy";
import { compileInWorker, textLength } from "./compile-in-worker.ts";

export interface CompileForOptions {
  /**
   * The cluster that the snapshot serves: overlays that name it hold for all that is asked, others are left out. Default: each
   * overlay holds for workloads of the clusters that it names.
   */
  readonly cluster?: string | undefined;
}

/** A few milliseconds of work. To start a thread takes a tenth of a second, and its memory. */
const maxLengthInProcess = 64 * 1024;

/** By cluster. */
const compiled = new WeakMap<Bundle, Map<string | undefined, Promise<Snapshot>>>();

/**
 * Compiles once per bundle object: what a watched folder compiled to see whether it may be published need not be compiled again to
 * be served by the same process, which takes seconds for a long list. Bundles of more than 64 Ki characters are compiled in a thread
 * of their own, others in slices. Rejects with `PolicyCompileError`, or with `CompileWorkerError` and then can be tried again.
 */
export async function compileOnce(bundle: Bundle, revision: RevisionToken, { cluster }: CompileForOptions = {}): Promise<Snapshot> {
  const known = compiled.get(bundle) ?? new Map<string | undefined, Promise<Snapshot>>();
  compiled.set(bundle, known);
  // Without overlays the bundle is the same for every cluster.
  const key = bundle.files.some(({ path }) => overlayGlobOf(path) !== undefined) ? cluster : undefined;
  const begun = known.get(key) ?? compileWhereFit(bundle, revision, key);
  known.set(key, begun);
  try {
    return { ...(await begun), revision };
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) known.delete(key);
    throw error;
  }
}

function compileWhereFit(bundle: Bundle, revision: RevisionToken, cluster: string | undefined): Promise<Snapshot> {
  if (textLength(bundle) > maxLengthInProcess) return compileInWorker(bundle, { revision, cluster });
  return compileInSlices(bundle, { revision, cluster, pause: () => setImmediate() });
}
