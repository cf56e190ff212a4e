import { parseReferencePattern, type ReferencePattern } from "@portcullis/image-ref";
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
  return [
    ...written,
    ...list.files.flatMap(({ path }) => [...files.values()].filter((file) => file.path === path).flatMap(patternsOfFile)),
  ];
}

function patternsOfFile(file: BundleFile): readonly PlacedPattern[] {
  const patterns: PlacedPattern[] = [];
  const lines = readListFile([file.text, ...(file.rest ?? [])], (text, line) => {
    // The bundle compiles, so every line is a pattern.
    const pattern = parseReferencePattern(text) as ReferencePattern;
    patterns.push({ text, pattern, line, field: "", file: file.path });
  });
  while (lines.next().done !== true);
  return patterns;
}
