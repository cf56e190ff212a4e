import type { Enforcement, RevisionToken } from "./decision.ts";
import type { MessageTemplate } from "./message-template.ts";
import type { NameMatcher } from "./name-glob.ts";
import type { PatternList } from "./pattern-list.ts";
import type { FieldScopes, Selector } from "./selector.ts";

/** One `kind: ImagePolicy` document, ready to judge. */
export interface CompiledPolicy {
  readonly name: string;
  readonly enforcement: Enforcement;
  readonly match: PolicyMatch;
  /** Absent where the policy has no allow list; never empty. */
  readonly allow: PatternList | undefined;
  readonly deny: PatternList;
  readonly except: PatternList;
  readonly requiresDigest: boolean;
  readonly isForbiddenTag: NameMatcher | undefined;
  readonly message: MessageTemplate | undefined;
  /** True for `enforcement: deny` with an allow list, outside of overlays: only that takes images out of the bundle's default. */
  readonly covers: boolean;
}

export interface PolicyMatch {
  readonly clusters: Selector;
  readonly namespaces: Selector;
  readonly kinds: Selector;
  readonly fields: FieldScopes;
}

/** A bundle in memory: indexed, immutable, swapped in one assignment. */
export interface Snapshot {
  readonly revision: RevisionToken;
  /** Sorted by name, so that the order of documents and files never shows. */
  readonly policies: readonly CompiledPolicy[];
  /** What becomes of a Pod's image that no allow list covers. */
  readonly defaultVerdict: "allow" | "deny";
  /** `deny` refuses names without a host. */
  readonly shortNames: "dockerHub" | "deny";
  /** Patterns of all lists together. */
  readonly patternCount: number;
}
