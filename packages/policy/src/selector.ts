import { compileGlobs, type NameMatcher } from "./name-glob.ts";
import { type ImageField, imageFields } from "./workload.ts";

/**
 * What a policy's `match` says about a name: `judged`; `exempt`, because `exclude` names it; or `outside`, because
 * `include` does not.
 */
export type Scope = "judged" | "exempt" | "outside";

/** One of `match.clusters`, `namespaces`, `kinds` and `fields`, as its author wrote it. */
export interface SelectorSource {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const selectsEverything: SelectorSource = { include: ["*"], exclude: [] };

/** Where a name stands; `exclude` wins, whether `include` names it or not. */
export type Selector = (name: string) => Scope;

export function compileSelector({ include, exclude }: SelectorSource): Selector {
  const included = compileGlobs(include);
  if (exclude.length === 0) return (name) => (included(name) ? "judged" : "outside");
  const excluded: NameMatcher = compileGlobs(exclude);
  return (name) => (excluded(name) ? "exempt" : included(name) ? "judged" : "outside");
}

/** As `compileSelector`, and `outside` for every name that the glob, where there is one, does not match. */
export function compileWithin(glob: string | undefined, source: SelectorSource): Selector {
  const selector = compileSelector(source);
  if (glob === undefined) return selector;
  const isWithin = compileGlobs([glob]);
  return (name) => (isWithin(name) ? selector(name) : "outside");
}

/** Scope of each field, worked out once. `any` counts as being in every field, so one judged field is enough. */
export type FieldScopes = Readonly<Record<ImageField | "any", Scope>>;

export function compileFieldScopes(source: SelectorSource): FieldScopes {
  const selector = compileSelector(source);
  const scopes = imageFields.map(selector);
  const any = scopes.includes("judged") ? "judged" : scopes.includes("exempt") ? "exempt" : "outside";
  return {
    containers: selector("containers"),
    initContainers: selector("initContainers"),
    ephemeralContainers: selector("ephemeralContainers"),
    imageVolumes: selector("imageVolumes"),
    any,
  };
}

/** `outside` beats `exempt`: a policy for other clusters says nothing about this one's namespaces. */
export function narrowest(a: Scope, b: Scope): Scope {
  if (a === "outside" || b === "outside") return "outside";
  return a === "exempt" || b === "exempt" ? "exempt" : "judged";
}
