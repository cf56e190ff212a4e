import { isPatternProblem, parseReferencePattern } from "@portcullis/image-ref";
import type { BundleFile } from "./bundle.ts";
import { readListFile } from "./list-file.ts";
import type { ListSource, PolicySource, WrittenPattern } from "./policy-source.ts";

/** A pattern and the file it stands in. */
export type PlacedPattern = WrittenPattern & { readonly file: string };

/** All patterns of a list of a bundle that compiles, those of its list files included. */
export function patternsOf(
  policy: PolicySource,
  list: ListSource | undefined,
  files: ReadonlyMap<string, BundleFile>,
): readonly PlacedPattern[] {
  if (list === undefined) return [];
  const written = list.patterns.map((pattern) => ({ ...pattern, file: policy.file }));
  return [...written, ...list.files.flatMap(({ path }) => patternsOfFile(files.get(path)))];
}

function patternsOfFile(file: BundleFile | undefined): readonly PlacedPattern[] {
  const patterns: PlacedPattern[] = [];
  if (file === undefined) return patterns;
  const lines = readListFile(file.text, (text, line) => {
    const pattern = parseReferencePattern(text);
    if (!isPatternProblem(pattern)) patterns.push({ text, pattern, line, field: "", file: file.path });
  });
  while (lines.next().done !== true);
  return patterns;
}
