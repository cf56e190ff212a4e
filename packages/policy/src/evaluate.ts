import { isReferenceProblem } from "@portcullis/image-ref";
import type { Decision } from "./decision.ts";
import { bundleFinding, findingOf, type ReadImage, tooManyImages } from "./finding-message.ts";
import { judgeReference } from "./judge-reference.ts";
import { Ledger } from "./ledger.ts";
import { isBeyondPolicies, isController, scopeOfImage, scopeOfWorkload } from "./policy-scope.ts";
import { readReference } from "./read-reference.ts";
import type { Scope } from "./selector.ts";
import { isShortName } from "./short-name.ts";
import type { CompiledPolicy, Snapshot } from "./snapshot.ts";
import type { Workload } from "./workload.ts";

/** Judges a workload by a snapshot. Pure and synchronous; never throws for any workload. */
export function evaluate(snapshot: Snapshot, workload: Workload): Decision {
  const ledger = new Ledger();
  if (workload.images.length > 0 && !isBeyondPolicies(workload)) judgeImages(snapshot, workload, ledger);
  const judged = { servedAt: snapshot.revision, warnings: ledger.warn, audited: ledger.audit };
  const [first, ...others] = ledger.deny;
  return first === undefined ? { verdict: "allow", ...judged } : { verdict: "deny", denials: [first, ...others], ...judged };
}

function judgeImages(snapshot: Snapshot, workload: Workload, ledger: Ledger): void {
  const matching = matchingPolicies(snapshot.policies, workload);
  if (workload.images.length > maxImages) {
    if (mayDeny(snapshot, workload, matching)) ledger.add(tooManyImages(workload));
    return;
  }
  for (const written of workload.images) {
    const judging = { workload, image: { written, reference: readReference(written.image) }, ledger };
    judgeByBundle(snapshot, judgeByPolicies(matching, judging), judging);
    // The verdict stands and the findings are full: the rest of a hostile list is not worth its time.
    if (!ledger.isOpen("deny")) return;
  }
}

/**
 * No pod with more fits into etcd, which takes 1.5 MiB; judging 60,000 images, which fit into a review, would hold the event
 * loop for a tenth of a second.
 */
const maxImages = 10_000;

/** Whether anything could refuse an image of this workload, wherever in it the image stands. */
function mayDeny({ defaultVerdict, shortNames }: Snapshot, workload: Workload, matching: readonly MatchingPolicy[]): boolean {
  if (shortNames === "deny" || (defaultVerdict === "deny" && !isController(workload))) return true;
  return matching.some(({ policy, scope }) => policy.enforcement === "deny" && scope === "judged");
}

/** A policy that says something about a workload. */
interface MatchingPolicy {
  readonly policy: CompiledPolicy;
  readonly scope: Scope;
}

function matchingPolicies(policies: readonly CompiledPolicy[], workload: Workload): readonly MatchingPolicy[] {
  const matching: MatchingPolicy[] = [];
  for (const policy of policies) {
    const scope = scopeOfWorkload(policy, workload);
    if (scope !== "outside") matching.push({ policy, scope });
  }
  return matching;
}

interface Judging {
  readonly workload: Workload;
  readonly image: ReadImage;
  readonly ledger: Ledger;
}

/** Whether an allow list covers the image, once every policy that matches has judged it. */
function judgeByPolicies(matching: readonly MatchingPolicy[], judging: Judging): boolean {
  let isCovered = false;
  for (const { policy, scope: workloadScope } of matching) {
    const scope = scopeOfImage(policy, workloadScope, judging.image.written);
    if (policy.covers && scope !== "outside") isCovered = true;
    judgeByPolicy(policy, workloadScope, scope, judging);
  }
  return isCovered;
}

function judgeByPolicy(policy: CompiledPolicy, workloadScope: Scope, scope: Scope, { workload, image, ledger }: Judging): void {
  if (!ledger.isOpen(policy.enforcement)) return;
  try {
    const { reference } = image;
    if (isReferenceProblem(reference)) {
      // Nobody can say what a runtime makes of such a name, so a policy that names other fields of this workload refuses it too.
      if (workloadScope === "judged" && scope !== "exempt") ledger.add(findingOf(policy, "unparsable-image", workload, image));
      return;
    }
    if (scope !== "judged") return;
    for (const rule of judgeReference(policy, reference)) ledger.add(findingOf(policy, rule, workload, image));
  } catch {
    // A rule that throws must never end as an allow.
    ledger.add(findingOf(policy, "broken-rule", workload, image));
  }
}

function judgeByBundle(snapshot: Snapshot, isCovered: boolean, { workload, image, ledger }: Judging): void {
  if (snapshot.shortNames === "deny" && isShortName(image.written.image, image.reference))
    ledger.add(bundleFinding("short-name", workload, image));
  if (isCovered || snapshot.defaultVerdict === "allow" || isController(workload)) return;
  ledger.add(bundleFinding("not-covered", workload, image));
}
