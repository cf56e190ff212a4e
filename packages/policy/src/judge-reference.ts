import type { ImageReference } from "@portcullis/image-ref";
import type { FindingRule } from "./decision.ts";
import { matchesAny } from "./pattern-list.ts";
import type { CompiledPolicy } from "./snapshot.ts";

/** Rules of a policy that need the image to be readable. */
export type ReferenceRule = Extract<FindingRule, "allow" | "deny" | "require-digest" | "require-tag">;

const nothing: readonly ReferenceRule[] = [];

/** The rules of one policy that a reference breaks. `except` takes it out of the policy; `deny` is stronger than `allow`. */
export function judgeReference(policy: CompiledPolicy, reference: ImageReference): readonly ReferenceRule[] {
  if (matchesAny(policy.except, reference)) return nothing;
  const broken = brokenListRule(policy, reference);
  // The common case allocates nothing.
  if (broken === undefined && !policy.requiresDigest && policy.isForbiddenTag === undefined) return nothing;
  const rules: ReferenceRule[] = broken === undefined ? [] : [broken];
  if (policy.requiresDigest && reference.digest === null) rules.push("require-digest");
  if (hasForbiddenTag(policy, reference)) rules.push("require-tag");
  return rules;
}

function brokenListRule({ allow, deny }: CompiledPolicy, reference: ImageReference): "allow" | "deny" | undefined {
  if (matchesAny(deny, reference)) return "deny";
  return allow === undefined || matchesAny(allow, reference) ? undefined : "allow";
}

/** A tag beside a digest is ignored by the runtime; a name with neither means `latest`. */
function hasForbiddenTag({ isForbiddenTag }: CompiledPolicy, { tag, digest }: ImageReference): boolean {
  return isForbiddenTag !== undefined && digest === null && isForbiddenTag(tag ?? "latest");
}
