import type { ImageReference } from "./image-reference.ts";
import { type MatchMode, matchesHost, matchesPath, matchesReference } from "./match-reference.ts";
import { quote } from "./quote.ts";
import type { ReferencePattern } from "./reference-pattern.ts";
import { foldPattern, spellingsOf } from "./spellings.ts";

/** Whether a pattern matches, and why. */
export interface MatchExplanation {
  readonly matches: boolean;
  /** Lower-case clauses: one on the host, one on the path, and one on tag or digest if the pattern has it. */
  readonly reasons: readonly string[];
}

/** Why a pattern matches a reference, or does not, for people. */
export function explainMatch(pattern: ReferencePattern, reference: ImageReference, mode: MatchMode): MatchExplanation {
  const reasons = [explainHost(pattern, reference, mode), explainPath(pattern, reference, mode), ...explainTail(pattern, reference, mode)];
  return { matches: matchesReference(pattern, reference, mode), reasons };
}

function explainHost(pattern: ReferencePattern, { host, path, ...rest }: ImageReference, mode: MatchMode): string {
  if (pattern.host === null) return "any host matches";
  const hosts = mode === "allow" ? [host] : spellingsOf({ host, path, ...rest }).hosts;
  const wanted = mode === "allow" ? pattern : foldPattern(pattern);
  const spelling = hosts.find((spelled) => matchesHost(wanted, spelled));
  if (spelling === undefined) return `host ${quote(host)} does not match ${quote(pattern.host)}`;
  const other = spelling === host ? "" : `, as it leads to the same place as ${quote(spelling)}`;
  return `host ${quote(host)} matches ${quote(pattern.host)}${other}`;
}

function explainPath(pattern: ReferencePattern, reference: ImageReference, mode: MatchMode): string {
  const paths = mode === "allow" ? [reference.path] : spellingsOf(reference).paths;
  const isMatch = paths.some((path) => matchesPath(pattern, path));
  return `path ${quote(reference.path)} ${isMatch ? "matches" : "does not match"} ${describePath(pattern)}`;
}

function describePath({ host, path, isOpenEnded }: ReferencePattern): string {
  if (path === "") return quote("**");
  if (host === null) return quote(`**/${path}`);
  return quote(isOpenEnded ? `${path}/**` : path);
}

function explainTail(pattern: ReferencePattern, reference: ImageReference, mode: MatchMode): readonly string[] {
  const { tag, digest } = reference;
  const isMatch = matchesReference({ ...pattern, host: null, path: "", isOpenEnded: true }, reference, mode);
  const verb = isMatch ? "matches" : "does not match";
  if (pattern.digest !== null)
    return [`${digest === null ? "a reference without digest" : `digest ${quote(digest)}`} ${verb} ${quote(pattern.digest)}`];
  if (pattern.tag === null) return [];
  if (digest !== null && mode === "allow")
    return [`a runtime ignores the tag beside a digest, so no reference with a digest matches tag ${quote(pattern.tag)}`];
  const named = tag !== null ? `tag ${quote(tag)}` : digest === null ? 'no tag, which means "latest",' : "a digest without a tag";
  return [`${named} ${verb} tag ${quote(pattern.tag)}`];
}
