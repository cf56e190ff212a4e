import type { Snapshot } from "@portcullis/policy";
import { compileOnce, type Revision } from "@portcullis/policy-bus";
import { selfTest } from "./self-test.ts";

/**
 * Compiles and tests what is meant for one cluster of a revision: the policies for all, and the overlays that name it. Rejects with
 * `PolicyCompileError`, `SelfTestError` or `DecisionCasesError`, whose codes become those of the refusal.
 */
export function compileForCluster(cluster: string): (revision: Revision) => Promise<Snapshot> {
  return async ({ bundle, token }) => {
    const snapshot = await compileOnce(bundle, token, { cluster });
    await selfTest(snapshot, bundle, cluster);
    return snapshot;
  };
}
