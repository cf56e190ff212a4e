import { type GrammarFault, grammarFaults } from "./grammar-fault.ts";
import { spellHost } from "./hosts.ts";
import { formatTail } from "./image-reference.ts";

/** A reference with wildcards, normalised by the rules of references: `nginx:1.*` is `docker.io/library/nginx:1.*`. */
export interface ReferencePattern {
  /** Lower-case, with its port; `*` within a label is any run of characters. Null: any host (`**` stood first). */
  readonly host: string | null;
  /** Components with `*`; without `**`. Empty where `**` stands for the whole path. Behind any host: the last components. */
  readonly path: string;
  /** Whether `**` stood last: one or more components follow `path`. */
  readonly isOpenEnded: boolean;
  /** Null: any tag or none. */
  readonly tag: string | null;
  /** Null: any digest or none. Never beside a tag. */
  readonly digest: string | null;
}

const ownMistakes = ["host-alone", "open-prefix", "any-host", "double-star", "port-wildcard", "digest-wildcard", "tag-and-digest"] as const;

/** What can be wrong with a pattern, apart from its codes' prefix. */
export type PatternMistake = GrammarFault | (typeof ownMistakes)[number];
export type PatternProblemCode = `pattern-${PatternMistake}`;

/** Every code a `PatternProblem` can carry. */
export const patternProblemCodes: readonly PatternProblemCode[] = [...grammarFaults, ...ownMistakes].map(
  (mistake) => `pattern-${mistake}` as const,
);

/** Why a text is no pattern. It is an error of the policy that holds it, never a pattern that matches nothing. */
export interface PatternProblem {
  readonly problem: PatternProblemCode;
  /** A lower-case clause that says what is wrong and what to write instead. */
  readonly message: string;
  /** Offset in UTF-16 code units at which the text stops making sense. */
  readonly at: number;
  /** What was probably meant, where one rewrite is likely; itself a pattern. */
  readonly suggestion?: string;
}

/** Whether `value`, as returned by `parseReferencePattern`, says that the text is no pattern. */
export function isPatternProblem(value: ReferencePattern | PatternProblem): value is PatternProblem {
  return "problem" in value;
}

/** The canonical spelling of a pattern; parsing it gives the same pattern. */
export function formatReferencePattern({ host, path, isOpenEnded, tag, digest }: ReferencePattern): string {
  const tail = formatTail(tag, digest);
  if (host === null) return path === "" ? `**${tail}` : `**/${path}${tail}`;
  const isSingle = !isOpenEnded && !path.includes("/");
  const start = path === "" ? spellHost(host, isSingle) : `${spellHost(host, isSingle)}/${path}`;
  return `${start}${isOpenEnded ? "/**" : ""}${tail}`;
}
