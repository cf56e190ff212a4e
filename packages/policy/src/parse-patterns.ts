import { isPatternProblem, parseReferencePattern } from "@portcullis/image-ref";
import type { DocumentCursor } from "./document-cursor.ts";
import { resolveListPath } from "./list-path.ts";
import { overlayGlobOf } from "./overlays.ts";
import type { ListSource, WrittenPath, WrittenPattern } from "./policy-source.ts";

/** Reads a list of patterns and the names of list files beside it; `undefined` when the policy has neither. */
export function parseList(list: DocumentCursor | undefined, from: DocumentCursor | undefined): ListSource | undefined {
  if (list === undefined && from === undefined) return undefined;
  return { patterns: list === undefined ? [] : parsePatterns(list), files: from === undefined ? [] : parsePaths(from) };
}

function parsePatterns(list: DocumentCursor): readonly WrittenPattern[] {
  return (list.items() ?? []).flatMap((item) => {
    const text = item.text();
    if (text === undefined) return [];
    const pattern = parseReferencePattern(text);
    if (!isPatternProblem(pattern)) return [{ text, pattern, line: item.line, field: item.field }];
    item.report(pattern.problem, pattern.message);
    return [];
  });
}

/** One name, or a list of them. */
function parsePaths(from: DocumentCursor): readonly WrittenPath[] {
  if (from.isEmptyList) from.report("policy-empty-list", "names no file; name one, or leave the field out");
  return from.each().flatMap((cursor) => {
    const name = cursor.text();
    if (name === undefined) return [];
    const path = resolveListPath(cursor.file, name);
    if (path !== undefined && isWithinReach(cursor.file, path)) return [{ path, line: cursor.line, field: cursor.field }];
    if (path !== undefined) cursor.report("policy-overlay-list", `"${name}" stands in the overlay of other clusters; ${advice}`);
    else cursor.report("policy-list-outside", `"${name}" leads out of the policy folder; name a file in it, relative to this one`);
    return [];
  });
}

const advice = "move it out of there, for all to name";

/** What stands in an overlay is there for its clusters only. For the others a policy would mean something else, or not compile. */
function isWithinReach(file: string, path: string): boolean {
  const glob = overlayGlobOf(path);
  return glob === undefined || glob === overlayGlobOf(file);
}
