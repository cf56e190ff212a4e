import { isReferenceProblem, parseImageReference } from "@portcullis/image-ref";
import type { Decision } from "./decision.ts";
import { bundleFinding, findingOf, type ReadImage } from "./finding-message.ts";
import { judgeReference } from "./judge-reference.ts";
import { Ledger } from "./ledger.ts";
import { isBeyondPolicies, isController, scopeOfImage, scopeOfWorkload } from "./policy-scope.ts";
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
  const scopes = snapshot.policies.map((policy) => scopeOfWorkload(policy, workload));
  for (const written of workload.images) {
    const image = { written, reference: parseImageReference(written.image) };
    const isCovered = judgeByPolicies(snapshot.policies, scopes, { workload, image, ledger });
    judgeByBundle(snapshot, isCovered, { workload, image, ledger });
    // The verdict stands and the findings are full: the rest of a hostile list is not worth its time.
    if (!ledger.isOpen("deny")) return;
  }
}

interface Judging {
  readonly workload: Workload;
  readonly image: ReadImage;
  readonly ledger: Ledger;
}

/** Whether an allow list covers the image, once every policy that matches has judged it. */
function judgeByPolicies(policies: readonly CompiledPolicy[], scopes: readonly Scope[], judging: Judging): boolean {
  let isCovered = false;
  for (const [index, policy] of policies.entries()) {
    const workloadScope = scopes[index] ?? "outside";
    if (workloadScope === "outside") continue;
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
