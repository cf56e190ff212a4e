import { type Decide, UndecidedError, type Workload } from "@portcullis/policy";

/** Decides workloads of one cluster only; all others are `undecided-other-cluster`. */
export function withinCluster(decide: Decide, own: string): Decide {
  return async (workload, context) => {
    assertOwnCluster(own, workload);
    return decide(workload, context);
  };
}

/** Which revisions are meant for another cluster, and with which overlays, only its own replicas know. Throws `UndecidedError`. */
export function assertOwnCluster(own: string, { cluster }: Workload): void {
  if (cluster === own) return;
  const message = `this replica serves the policy of cluster ${JSON.stringify(own)}, and was asked for another one`;
  throw new UndecidedError("undecided-other-cluster", message);
}
