import { UndecidedError, type Workload } from "@portcullis/policy";

/**
 * Throws `undecided-other-cluster` for a workload of another cluster than `own`, if that is named: which revisions are meant for it, and
 * with which overlays, only its own replicas know.
 */
export function assertOwnCluster(own: string | undefined, { cluster }: Workload): void {
  if (own === undefined || cluster === own) return;
  const message = `this replica serves the policy of cluster ${JSON.stringify(own)}, and was asked for another one`;
  throw new UndecidedError("undecided-other-cluster", message);
}
