import {
  createPatternIndexBuilder,
  formatReferencePattern,
  type ImageReference,
  isReferenceProblem,
  type MatchMode,
  matchesReference,
  type PatternIndex,
  parseImageReference,
  type ReferencePattern,
} from "@portcullis/image-ref";
import type { Lint } from "./lint-advice.ts";
import { compileGlobs } from "./name-glob.ts";
import { type PlacedPattern, patternsOf } from "./patterns-of.ts";
import type { PolicySource } from "./policy-source.ts";
import type { SoundBundle } from "./source-of-bundle.ts";

/** Advice on the lists of a policy, list files included. */
export function lintLists(policy: PolicySource, { files }: SoundBundle): readonly Lint[] {
  const allow = patternsOf(policy, policy.allow, files);
  const deny = patternsOf(policy, policy.deny, files);
  return [
    ...lintEverything(allow),
    ...lintRepetitions(allow),
    ...lintRepetitions(deny),
    ...lintShadows(allow, "allow"),
    ...lintShadows(deny, "deny"),
    ...lintNeverAdmitted(policy, allow, deny),
  ];
}

function lintEverything(allow: readonly PlacedPattern[]): readonly Lint[] {
  const everything = allow.filter(({ pattern }) => formatReferencePattern(pattern) === "**");
  return everything.map((placed) =>
    advice(placed, "lint-allows-everything", "allows every image that can be parsed; name the registries you trust"),
  );
}

function lintRepetitions(list: readonly PlacedPattern[]): readonly Lint[] {
  const first = new Map<string, PlacedPattern>();
  return list.flatMap((placed) => {
    const canonical = formatReferencePattern(placed.pattern);
    const earlier = first.get(canonical);
    if (earlier === undefined) first.set(canonical, placed);
    return earlier === undefined ? [] : [advice(placed, "lint-repeated-pattern", `repeats ${placeOf(earlier)}; remove one of them`)];
  });
}

/** Patterns that a wider one beside them makes pointless. */
function lintShadows(list: readonly PlacedPattern[], mode: MatchMode): readonly Lint[] {
  const wide = list.filter(({ pattern }) => pattern.isOpenEnded || pattern.host === null).slice(0, maxWide);
  const isWide = new Set(wide);
  const index = indexOf(wide, mode);
  return list.flatMap((placed) => {
    const wider = isWide.has(placed) ? findWider(wide, placed, mode) : wide[find(index, placed.pattern)];
    if (wider === undefined) return [];
    return [
      advice(
        placed,
        "lint-shadowed-pattern",
        `matches nothing that "${wider.text}" (${placeOf(wider)}) does not match; remove one of them`,
      ),
    ];
  });
}

/** Comparing each wide pattern with each is quadratic. */
const maxWide = 1_000;

function findWider(wide: readonly PlacedPattern[], placed: PlacedPattern, mode: MatchMode): PlacedPattern | undefined {
  const witness = witnessOf(placed.pattern);
  const canonical = formatReferencePattern(placed.pattern);
  if (witness === undefined) return undefined;
  return wide.find(({ pattern }) => formatReferencePattern(pattern) !== canonical && matchesReference(pattern, witness, mode));
}

function lintNeverAdmitted(policy: PolicySource, allow: readonly PlacedPattern[], deny: readonly PlacedPattern[]): readonly Lint[] {
  const denied = indexOf(deny, "deny");
  const isForbidden = compileGlobs(policy.forbiddenTags);
  return allow.flatMap((placed) => {
    const { tag } = placed.pattern;
    const denier = deny[find(denied, placed.pattern)];
    if (denier !== undefined) return [advice(placed, "lint-never-admitted", `the same policy denies "${denier.text}", which is stronger`)];
    if (tag === null) return [];
    if (policy.requiresDigest)
      return [
        advice(placed, "lint-never-admitted", "a pattern with a tag matches no digest, and this policy requires one; leave the tag out"),
      ];
    return !tag.includes("*") && isForbidden(tag)
      ? [advice(placed, "lint-never-admitted", `the same policy forbids the tag "${tag}"`)]
      : [];
  });
}

function indexOf(list: readonly PlacedPattern[], mode: MatchMode): PatternIndex {
  const builder = createPatternIndexBuilder(mode);
  for (const { pattern } of list) builder.add(pattern);
  return builder.build();
}

function find(index: PatternIndex, pattern: ReferencePattern): number {
  const witness = witnessOf(pattern);
  return witness === undefined ? -1 : index.find(witness);
}

/** A reference that only a pattern at least as wide can match: nobody writes these names into a pattern. */
function witnessOf({ host, path, isOpenEnded, tag, digest }: ReferencePattern): ImageReference | undefined {
  const filled = path.replaceAll("*", "qzx7");
  const repository = `${filled}${isOpenEnded ? `${filled === "" ? "" : "/"}qzx7/qzx8` : ""}`;
  const tail = digest === null ? `:${tag === null ? "qzx9" : tag.replaceAll("*", "qzx9")}` : `@${digest}`;
  const before = host === null ? "qzx7.example/qzx8" : host.replaceAll("*", "qzx7");
  const reference = parseImageReference(`${before}/${repository}${tail}`);
  return isReferenceProblem(reference) ? undefined : reference;
}

function placeOf({ file, line }: PlacedPattern): string {
  return `line ${line} of "${file}"`;
}

function advice({ file, line, field }: PlacedPattern, code: Lint["code"], message: string): Lint {
  return { code, file, line, field, message };
}
