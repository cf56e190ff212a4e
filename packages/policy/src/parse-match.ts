import type { DocumentCursor } from "./document-cursor.ts";
import { compileGlobs, globProblem } from "./name-glob.ts";
import type { PolicySource } from "./policy-source.ts";
import { type SelectorSource, selectsEverything } from "./selector.ts";
import { suggestName } from "./suggest-name.ts";
import { imageFields } from "./workload.ts";

type MatchSource = Pick<PolicySource, "clusters" | "namespaces" | "kinds" | "fields">;

/** Reads `spec.match`; what it leaves out matches everything. */
export function parseMatch(match: DocumentCursor | undefined): MatchSource {
  const fields = match?.fields(["clusters", "namespaces", "kinds", "fields"]);
  const imageFieldsCursor = fields?.get("fields");
  return {
    clusters: parseSelector(fields?.get("clusters")),
    namespaces: parseSelector(fields?.get("namespaces")),
    kinds: parseSelector(fields?.get("kinds")),
    fields: parseSelector(imageFieldsCursor, reportUnknownField),
  };
}

type GlobCheck = (cursor: DocumentCursor, glob: string) => void;

function parseSelector(cursor: DocumentCursor | undefined, check?: GlobCheck): SelectorSource {
  if (cursor === undefined) return selectsEverything;
  if (cursor.isList) return { include: parseInclude(cursor, check), exclude: [] };
  const fields = cursor.fields(["include", "exclude"]);
  const include = fields?.get("include");
  const exclude = fields?.get("exclude");
  return {
    include: include === undefined ? selectsEverything.include : parseInclude(include, check),
    exclude: exclude === undefined ? [] : parseGlobs(exclude, check),
  };
}

function parseInclude(cursor: DocumentCursor, check: GlobCheck | undefined): readonly string[] {
  if (cursor.isEmptyList) cursor.report("policy-empty-list", "matches nothing; leave it out to match everything");
  return parseGlobs(cursor, check);
}

/** Reads a list of globs in which only `*` is special. */
export function parseGlobs(cursor: DocumentCursor, check?: GlobCheck): readonly string[] {
  return (cursor.items() ?? []).flatMap((item) => {
    const glob = item.text();
    if (glob === undefined) return [];
    const problem = globProblem(glob);
    if (problem === undefined) check?.(item, glob);
    else item.report("policy-bad-glob", problem);
    return [glob];
  });
}

function reportUnknownField(cursor: DocumentCursor, glob: string): void {
  if (imageFields.some(compileGlobs([glob]))) return;
  cursor.report("policy-wrong-value", `no image stands in a field "${glob}"${suggestName(glob, imageFields)}`);
}
