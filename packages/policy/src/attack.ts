import {
  formatImageReference,
  type ImageReference,
  isReferenceProblem,
  matchesReference,
  parseImageReference,
  type ReferencePattern,
} from "@portcullis/image-ref";
import type { Bundle } from "./bundle.ts";
import { judgeReference } from "./judge-reference.ts";
import { type PlacedPattern, patternsOf } from "./patterns-of.ts";
import { openHost, openLabels } from "./public-registries.ts";
import type { CompiledPolicy } from "./snapshot.ts";
import { readSoundBundle } from "./source-of-bundle.ts";

/** A foreign reference that an allow rule would admit. */
export interface Attack {
  readonly policy: string;
  readonly pattern: string;
  readonly file: string;
  readonly line: number;
  /** A concrete image that the policy really admits. */
  readonly reference: string;
  /** `hole`: strangers can put an image there. `note`: only who may push to that repository can. */
  readonly weight: "hole" | "note";
  /** A lower-case clause: who could put an image there. */
  readonly reason: string;
}

/** What one pattern leaves open, before anybody has checked that it does. */
interface Opening {
  readonly host: string;
  readonly weight: Attack["weight"];
  readonly reason: string;
}

/** A list of a million open patterns needs repair, not a million lines of output. */
const maxAttacks = 1_000;

/**
 * For each allow pattern that leaves room, an image its author may not have meant to admit. Each was judged by its policy and
 * found to pass. At most 1,000; none for a bundle that does not compile.
 */
export function attack(bundle: Bundle): readonly Attack[] {
  const sound = readSoundBundle(bundle);
  if (sound === undefined) return [];
  const attacks: Attack[] = [];
  for (const { source, compiled } of sound.policies) {
    // The allow list of an overlay only narrows what others admit.
    if (source.overlay !== undefined) continue;
    for (const placed of patternsOf(source, source.allow, sound.files)) {
      if (attacks.length < maxAttacks) attacks.push(...attackPattern(compiled, placed));
    }
  }
  return attacks;
}

function attackPattern(policy: CompiledPolicy, { text, pattern, file, line }: PlacedPattern): readonly Attack[] {
  const opening = openingOf(pattern);
  if (opening === undefined) return [];
  const admitted = candidates(pattern, opening.host).find((reference) => isAdmitted(policy, pattern, reference));
  if (admitted === undefined) return [];
  const { weight, reason } = opening;
  return [{ policy: policy.name, pattern: text, file, line, reference: formatImageReference(admitted), weight, reason }];
}

function isAdmitted(policy: CompiledPolicy, pattern: ReferencePattern, reference: ImageReference): boolean {
  return matchesReference(pattern, reference, "allow") && judgeReference(policy, reference).length === 0;
}

function openingOf({ host, path, tag, digest }: ReferencePattern): Opening | undefined {
  // Whoever serves it, a digest admits one content.
  if (digest !== null) return undefined;
  if (host === null) return { host: "registry.attacker.example", weight: "hole", reason: describeAnyHost(path) };
  if (host.includes("*")) return { host: host.replaceAll("*", "attacker"), weight: "hole", reason: openLabels(host) };
  const open = openHost(host);
  if (open?.isAnonymous === true || (open !== undefined && hasOpenAccount(path))) return { host, weight: "hole", reason: open.reason };
  return tag?.includes("*") === true
    ? { host, weight: "note", reason: "tags can be moved, so whoever may push to this repository decides what runs" }
    : undefined;
}

function describeAnyHost(path: string): string {
  return path === "" ? "any image of any registry matches" : `any registry may serve a path that ends in "${path}"`;
}

/** Whether the component that names the account is the requester's to choose. */
function hasOpenAccount(path: string): boolean {
  return path === "" || path.split("/", 1)[0]?.includes("*") === true;
}

const someDigest = `@sha256:${"a".repeat(64)}`;

/** References that the pattern should match: plain, then by digest for policies that want one. */
function candidates({ path, isOpenEnded, host, tag }: ReferencePattern, openedHost: string): readonly ImageReference[] {
  const filled = path.replace("*", "attacker").replaceAll("*", "backdoor");
  const isWhole = host !== null && !isOpenEnded;
  const more = isWhole ? "" : filled === "" ? "attacker/backdoor" : "/backdoor";
  const repository = host === null && filled !== "" ? filled : `${filled}${more}`;
  const tails = tag === null ? ["", ":1", someDigest, `:1${someDigest}`] : [`:${tag.replaceAll("*", "99")}`, `:${tag.replaceAll("*", "")}`];
  return tails.flatMap((tail) => {
    const reference = parseImageReference(`${openedHost}/${repository}${tail}`);
    return isReferenceProblem(reference) ? [] : [reference];
  });
}
