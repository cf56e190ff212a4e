import { formatImageReference, type ImageReference, isReferenceProblem, type ReferenceProblem } from "@portcullis/image-ref";
import { cutText } from "./cut-text.ts";
import type { Finding, FindingRule } from "./decision.ts";
import { renderMessage } from "./message-template.ts";
import { describeOrigin, findPattern } from "./pattern-list.ts";
import { quote } from "./quote.ts";
import type { CompiledPolicy } from "./snapshot.ts";
import type { Workload, WorkloadImage } from "./workload.ts";

/** An image of a workload and what its name says. */
export interface ReadImage {
  readonly written: WorkloadImage;
  readonly reference: ImageReference | ReferenceProblem;
}

/** `Finding.policy` of what the bundle itself refuses. No policy can have this name. */
export const bundleDefault = "bundle default";

/** Longest `Finding.image`; longer names can only be hostile. */
const maxImageLength = 1_024;

/** The finding that `image` breaks `rule` of `policy`, with the author's words where there are any. */
export function findingOf(policy: CompiledPolicy, rule: FindingRule, workload: Workload, image: ReadImage): Finding {
  const own = describeBreach(policy, rule, image);
  return {
    ...place(image),
    policy: policy.name,
    enforcement: policy.enforcement,
    rule,
    message: withAuthorsWords(policy, rule, workload, image, own),
  };
}

/** A finding of the bundle itself. */
export function bundleFinding(rule: "not-covered" | "short-name", { namespace }: Workload, image: ReadImage): Finding {
  const name = quote(image.written.image);
  const message =
    rule === "short-name"
      ? `image ${name} names no registry, and short names are refused; write its host first`
      : `no allow list covers image ${name} in namespace ${quote(namespace)}, and the bundle's default is deny`;
  return { ...place(image), policy: bundleDefault, enforcement: "deny", rule, message };
}

/** The finding that an object lists more images than are judged. */
export function tooManyImages({ images }: Workload): Finding {
  const message = `the object lists ${images.length} images, which is more than can be judged; split it`;
  const nowhere = { image: "", canonical: "", field: "any", container: "" };
  return { ...nowhere, policy: bundleDefault, enforcement: "deny", rule: "broken-rule", message };
}

function place({
  written: { image, field, container },
  reference,
}: ReadImage): Pick<Finding, "image" | "canonical" | "field" | "container"> {
  return {
    image: cutText(image, maxImageLength),
    canonical: isReferenceProblem(reference) ? "" : formatImageReference(reference),
    field,
    container,
  };
}

function withAuthorsWords(policy: CompiledPolicy, rule: FindingRule, { namespace }: Workload, { written }: ReadImage, own: string): string {
  // A broken rule is not a rule that says no: the author's words would mislead.
  if (policy.message === undefined || rule === "broken-rule") return own;
  const words = renderMessage(policy.message, { image: written.image, container: written.container, namespace, policy: policy.name });
  return rule === "unparsable-image" ? `${words}: ${own}` : words;
}

function describeBreach(policy: CompiledPolicy, rule: FindingRule, { written, reference }: ReadImage): string {
  const image = `image ${quote(written.image)}`;
  const name = `policy ${quote(policy.name)}`;
  if (rule === "broken-rule") return `${name} could not be evaluated for ${image}, so it counts as broken`;
  if (isReferenceProblem(reference)) return `${image} is no image reference, so ${name} refuses it: ${reference.message}`;
  return describeRule(policy, rule, reference, { image, name });
}

function describeRule(
  policy: CompiledPolicy,
  rule: FindingRule,
  reference: ImageReference,
  { image, name }: { readonly image: string; readonly name: string },
): string {
  if (rule === "require-digest") return `${image} has no digest, and ${name} requires one; write it as name@sha256:…`;
  if (rule === "require-tag") {
    const tag = reference.tag === null ? 'has no tag, which means "latest"' : `has the tag "${reference.tag}"`;
    return `${image} ${tag}, and ${name} forbids that tag`;
  }
  const denied = findPattern(policy.deny, reference);
  return denied === undefined
    ? `${image} is not on the allow list of ${name}`
    : `${image} matches ${describeOrigin(denied)}, which ${name} denies`;
}
