import { narrowest, type Scope } from "./selector.ts";
import type { CompiledPolicy } from "./snapshot.ts";
import type { Workload, WorkloadImage } from "./workload.ts";

/** What a policy's `match` says about a workload, its fields left aside. */
export function scopeOfWorkload({ match }: CompiledPolicy, workload: Workload): Scope {
  const cluster = match.clusters(workload.cluster);
  if (cluster === "outside") return "outside";
  const namespace = match.namespaces(workload.namespace);
  return narrowest(narrowest(cluster, namespace), match.kinds(workload.kind));
}

/** What a policy's `match` says about one image of a workload. */
export function scopeOfImage({ match }: CompiledPolicy, workload: Scope, { field }: WorkloadImage): Scope {
  return narrowest(workload, match.fields[field]);
}

/**
 * Whether no ImagePolicy judges a workload at all: an UPDATE that leaves its images as they were, so that a new deny
 * does not freeze label edits, and a DELETE, since what must not run may always be removed.
 */
export function isBeyondPolicies({ imagesUnchanged, operation }: Workload): boolean {
  return imagesUnchanged || operation === "DELETE";
}

/** Whether pods will be made from this object and then judged: everything that is not a Pod itself, custom resources included. */
export function isController({ group, kind }: Workload): boolean {
  return kind !== "Pod" || group !== "";
}
