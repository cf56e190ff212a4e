import { formatImageReference, type ImageReference, isReferenceProblem } from "@portcullis/image-ref";
import type { Decision, Enforcement, FindingRule } from "./decision.ts";
import { evaluate } from "./evaluate.ts";
import { judgeReference } from "./judge-reference.ts";
import { describeOrigin, findPattern } from "./pattern-list.ts";
import { isBeyondPolicies, isController, scopeOfImage, scopeOfWorkload } from "./policy-scope.ts";
import { readReference } from "./read-reference.ts";
import type { Scope } from "./selector.ts";
import type { CompiledPolicy, Snapshot } from "./snapshot.ts";
import type { Workload, WorkloadImage } from "./workload.ts";

/** How a decision came about. */
export interface Explanation {
  readonly decision: Decision;
  /** Why no policy judged the workload at all, or how the bundle's default came into it. A clause for people. */
  readonly summary: string;
  /** Every policy of the snapshot, by name. */
  readonly policies: readonly PolicyExplanation[];
}

/** What one policy made of a workload. */
export interface PolicyExplanation {
  readonly policy: string;
  readonly enforcement: Enforcement;
  /** `outside`: its `match` does not name the workload; `exempt`: its `match` excludes it. */
  readonly scope: Scope;
  /** Empty unless `judged`. */
  readonly images: readonly ImageExplanation[];
}

/** What one image met in one policy. */
export interface ImageExplanation {
  readonly image: string;
  /** Empty where the image cannot be parsed. */
  readonly canonical: string;
  readonly field: WorkloadImage["field"];
  readonly container: string;
  readonly scope: Scope;
  /** Rules it breaks. Empty: the policy has nothing against it. */
  readonly broken: readonly FindingRule[];
  /** What settled it, such as `allowed by "quay.io/acme/**"`. A clause for people. */
  readonly because: string;
}

/** Explains how `evaluate` judges a workload: which policies match, and which pattern each image met. */
export function explain(snapshot: Snapshot, workload: Workload): Explanation {
  const isBeyond = isBeyondPolicies(workload);
  return {
    decision: evaluate(snapshot, workload),
    summary: summarize(snapshot, workload),
    policies: snapshot.policies.map((policy) => explainPolicy(policy, workload, isBeyond)),
  };
}

function summarize({ defaultVerdict }: Snapshot, workload: Workload): string {
  if (workload.images.length === 0) return "the object carries no image, so there is nothing to judge";
  if (workload.operation === "DELETE") return "what is removed is judged by no policy";
  if (workload.imagesUnchanged) return "every image already stood in the same field, so no policy judges this update";
  if (isController(workload)) return "images that no allow list covers are judged in the pods made from this object";
  return `images that no allow list covers meet the bundle's default, which is ${defaultVerdict}`;
}

function explainPolicy(policy: CompiledPolicy, workload: Workload, isBeyond: boolean): PolicyExplanation {
  const scope = isBeyond ? "outside" : scopeOfWorkload(policy, workload);
  const images = scope === "judged" ? workload.images.map((image) => explainImage(policy, image)) : [];
  return { policy: policy.name, enforcement: policy.enforcement, scope, images };
}

function explainImage(policy: CompiledPolicy, image: WorkloadImage): ImageExplanation {
  const reference = readReference(image.image);
  const scope = scopeOfImage(policy, "judged", image);
  const canonical = isReferenceProblem(reference) ? "" : formatImageReference(reference);
  const place = { image: image.image, canonical, field: image.field, container: image.container, scope };
  if (scope === "exempt") return { ...place, broken: [], because: "its field is excluded" };
  if (isReferenceProblem(reference)) return { ...place, broken: ["unparsable-image"], because: reference.message };
  if (scope === "outside") return { ...place, broken: [], because: "its field is not named" };
  return { ...place, broken: judgeReference(policy, reference), because: settledBy(policy, reference) };
}

function settledBy(policy: CompiledPolicy, reference: ImageReference): string {
  const excepted = findPattern(policy.except, reference);
  if (excepted !== undefined) return `excepted by ${describeOrigin(excepted)}`;
  const denied = findPattern(policy.deny, reference);
  if (denied !== undefined) return `denied by ${describeOrigin(denied)}`;
  if (policy.allow === undefined) return "no pattern denies it";
  const allowed = findPattern(policy.allow, reference);
  return allowed === undefined ? "no pattern allows it" : `allowed by ${describeOrigin(allowed)}`;
}
