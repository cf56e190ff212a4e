import type { Decision } from "./decision.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Workload } from "./workload.ts";

/** Judges a workload by a snapshot. Pure and synchronous; never throws for any workload. */
export function evaluate(snapshot: Snapshot, workload: Workload): Decision {
  throw new Error(`not built yet: ${snapshot.policies.length} ${workload.kind}`);
}
