import { isReferenceProblem, parseImageReference } from "@portcullis/image-ref";
import { judgeReference } from "./judge-reference.ts";
import type { Lint } from "./lint-advice.ts";
import { compileGlobs } from "./name-glob.ts";
import type { PolicySource } from "./policy-source.ts";
import type { SelectorSource } from "./selector.ts";
import type { CompiledPolicy } from "./snapshot.ts";
import type { SoundPolicy } from "./source-of-bundle.ts";
import { imageFields } from "./workload.ts";

/** Advice on what a policy applies to. */
export function lintMatch({ source, compiled }: SoundPolicy): readonly Lint[] {
  return [...lintNeverMatches(source), ...lintFields(source), ...lintSystemNamespace(source, compiled)];
}

function lintNeverMatches(policy: PolicySource): readonly Lint[] {
  const dead = (["clusters", "namespaces", "kinds", "fields"] as const).filter((name) => isDead(policy[name]));
  const lints = dead.map((name) =>
    advice(policy, "lint-never-matches", `spec.match.${name}`, "excludes all that it includes, so the policy never judges an image"),
  );
  const lower = policy.kinds.include.find((glob) => /^[a-z]/u.test(glob));
  if (lower === undefined) return lints;
  return [
    ...lints,
    advice(policy, "lint-never-matches", "spec.match.kinds", `no kind is named "${lower}"; kinds start with a capital, as in "Pod"`),
  ];
}

/** A `*` in the text of an included glob is matched by nothing but a `*`, so matching the text is matching all its names. */
function isDead({ include, exclude }: SelectorSource): boolean {
  return include.every(compileGlobs(exclude));
}

function lintFields(policy: PolicySource): readonly Lint[] {
  const { include, exclude } = policy.fields;
  const isExcluded = compileGlobs(exclude);
  const isIncluded = compileGlobs(include);
  const judged = imageFields.filter((field) => isIncluded(field) && !isExcluded(field));
  if (judged.length === imageFields.length || judged.includes("containers") || judged.length === 0) return [];
  const message = "an ImageReview does not say in which field an image stands, so there this policy judges all of them";
  return [advice(policy, "lint-fields", "spec.match.fields", message)];
}

/** Images that every cluster runs before any policy is thought of. */
const systemImage = "registry.k8s.io/pause:3.10";

function lintSystemNamespace(policy: PolicySource, compiled: CompiledPolicy): readonly Lint[] {
  const { match, enforcement, allow } = compiled;
  const reference = parseImageReference(systemImage);
  const isClosed = enforcement === "deny" && allow !== undefined;
  if (!isClosed || match.namespaces("kube-system") !== "judged" || match.kinds("Pod") !== "judged" || isReferenceProblem(reference))
    return [];
  if (judgeReference(compiled, reference).length === 0) return [];
  const message = `judges kube-system too and would refuse ${systemImage}; exclude that namespace, or allow what runs there`;
  return [advice(policy, "lint-system-namespace", "spec.match.namespaces", message)];
}

function advice({ file, line }: PolicySource, code: Lint["code"], field: string, message: string): Lint {
  return { code, file, line, field, message };
}
