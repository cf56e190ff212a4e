import {
  createPatternIndexBuilder,
  isPatternProblem,
  type MatchMode,
  type PatternIndex,
  parseReferencePattern,
} from "@portcullis/image-ref";
import { nearestName } from "@portcullis/nearest-name";
import type { BundleFile } from "./bundle.ts";
import { LineTable } from "./line-table.ts";
import { maxPatternLength, readListFile } from "./list-file.ts";
import type { PatternList, PatternSegment } from "./pattern-list.ts";
import type { ListSource, PolicySource, WrittenPath, WrittenPattern } from "./policy-source.ts";
import type { ProblemSink } from "./problem-sink.ts";

/** List files of a bundle by path, and those that were indexed already: policies may share one. */
export interface ListCompilation {
  readonly files: ReadonlyMap<string, BundleFile>;
  readonly indexed: Map<string, PatternSegment>;
  readonly problems: ProblemSink;
}

/** Tens of microseconds for each image. A list of literal patterns and plain globs needs about a dozen steps, however long it is. */
const maxSteps = 1_000;

/** Indexes one list of a policy, list files included. Yields between slices of work. */
export function* compileList(
  policy: PolicySource,
  { patterns, files }: ListSource,
  options: ListCompilation & { readonly mode: MatchMode },
): Generator<void, PatternList> {
  const segments: PatternSegment[] = [];
  const [first] = patterns;
  if (first !== undefined) segments.push(yield* indexWritten({ file: policy.file, line: first.line }, patterns, options));
  for (const path of files) {
    const file = options.files.get(path.path);
    if (file === undefined) reportMissing(policy, path, options);
    else segments.push(yield* indexFile(file, options));
  }
  return segments;
}

/** Where a list begins. */
interface Place {
  readonly file: string;
  readonly line: number;
}

function* indexWritten(
  place: Place,
  patterns: readonly WrittenPattern[],
  { mode, problems }: ListCompilation & { readonly mode: MatchMode },
): Generator<void, PatternSegment> {
  const builder = createPatternIndexBuilder(mode);
  for (const { pattern } of patterns) builder.add(pattern);
  const origins = patterns.map(({ text, line }) => ({ pattern: text, file: place.file, line }));
  const index = yield* builder.buildSteps();
  reportSlow(index, place, problems);
  return { index, originOf: (ordinal) => origins[ordinal] };
}

function* indexFile(
  file: BundleFile,
  { mode, indexed, problems }: ListCompilation & { readonly mode: MatchMode },
): Generator<void, PatternSegment> {
  const key = `${mode} ${file.path}`;
  const known = indexed.get(key);
  if (known !== undefined) return known;
  const builder = createPatternIndexBuilder(mode);
  const lines = new LineTable();
  yield* readListFile([file.text, ...(file.rest ?? [])], (text, line) => {
    const mistake = text.length > maxPatternLength ? "is too long for a pattern" : addPattern(text);
    if (mistake === undefined) lines.add(line);
    else problems.add({ code: "policy-bad-pattern", file: file.path, line, field: "", message: mistake });
  });
  const segment = toSegment(file.path, lines, yield* builder.buildSteps());
  reportSlow(segment.index, { file: file.path, line: 1 }, problems);
  indexed.set(key, segment);
  return segment;

  function addPattern(text: string): string | undefined {
    const pattern = parseReferencePattern(text);
    if (isPatternProblem(pattern)) return pattern.message;
    builder.add(pattern);
    return undefined;
  }
}

/** A function of its own, since a closure in `indexFile` would hold the file's text and the builder for as long as the snapshot lives. */
function toSegment(file: string, lines: LineTable, index: PatternIndex): PatternSegment {
  return { index, originOf: (ordinal) => ({ pattern: "", file, line: lines.lineOf(ordinal) }) };
}

function reportSlow({ steps }: PatternIndex, place: Place, problems: ProblemSink): void {
  if (steps <= maxSteps) return;
  const message = `to judge one image takes up to ${steps} comparisons, more than ${maxSteps}, as "*" stands at too many different places; write fewer patterns with several "*" in one component`;
  problems.add({ code: "policy-slow-list", field: "", message, ...place });
}

function reportMissing({ file }: PolicySource, { path, line, field }: WrittenPath, { files, problems }: ListCompilation): void {
  const nearest = nearestName(path, [...files.keys()]);
  const hint = nearest === undefined ? "; paths are relative to this file's folder" : `; did you mean "${nearest}"?`;
  problems.add({ code: "policy-list-missing", file, line, field, message: `there is no list file "${path}"${hint}` });
}
