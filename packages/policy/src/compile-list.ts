import {
  createPatternIndexBuilder,
  isPatternProblem,
  type MatchMode,
  type PatternProblem,
  parseReferencePattern,
} from "@portcullis/image-ref";
import { nearestName } from "@portcullis/nearest-name";
import type { BundleFile } from "./bundle.ts";
import { LineTableBuilder } from "./line-table.ts";
import { maxPatternLength, readListFile } from "./list-file.ts";
import type { ListSource, PolicySource, WrittenPath, WrittenPattern } from "./policy-source.ts";
import type { ProblemSink } from "./problem-sink.ts";
import type { SegmentParts } from "./snapshot-parts.ts";

/** List files of a bundle by path, and what was indexed already: policies may share a file. */
export interface ListCompilation {
  readonly files: ReadonlyMap<string, BundleFile>;
  readonly segments: SegmentParts[];
  /** Places in `segments`. */
  readonly indexed: Map<string, number>;
  readonly problems: ProblemSink;
}

type PatternMistake = Pick<PatternProblem, "problem" | "message">;

const tooLong: PatternMistake = { problem: "pattern-too-long", message: "is too long for a pattern" };

/** Tens of microseconds for each image. A list of literal patterns and plain globs needs about a dozen steps, however long it is. */
const maxSteps = 1_000;

/** Indexes one list of a policy, list files included: places in `segments`. Yields between slices of work. */
export function* compileList(
  policy: PolicySource,
  { patterns, files }: ListSource,
  options: ListCompilation & { readonly mode: MatchMode },
): Generator<void, readonly number[]> {
  const places: number[] = [];
  const [first] = patterns;
  if (first !== undefined) places.push(yield* indexWritten({ file: policy.file, line: first.line }, patterns, options));
  for (const path of files) {
    const file = options.files.get(path.path);
    if (file === undefined) reportMissing(policy, path, options);
    else places.push(yield* indexFile(file, options));
  }
  return places;
}

/** Where a list begins. */
interface Place {
  readonly file: string;
  readonly line: number;
}

function* indexWritten(
  place: Place,
  patterns: readonly WrittenPattern[],
  options: ListCompilation & { readonly mode: MatchMode },
): Generator<void, number> {
  const builder = createPatternIndexBuilder(options.mode);
  const lines = new LineTableBuilder();
  const ends: number[] = [];
  let size = 0;
  for (const { pattern, text, line } of patterns) {
    builder.add(pattern);
    lines.add(line);
    size += text.length;
    ends.push(size);
  }
  const index = (yield* builder.buildSteps()).toParts();
  const texts = patterns.map(({ text }) => text).join("");
  return addSegment({ index, file: place.file, lines: lines.build(), texts, ends: Uint32Array.from(ends) }, place, options);
}

function* indexFile(file: BundleFile, options: ListCompilation & { readonly mode: MatchMode }): Generator<void, number> {
  const { mode, indexed, problems } = options;
  const key = `${mode} ${file.path}`;
  const known = indexed.get(key);
  if (known !== undefined) return known;
  const builder = createPatternIndexBuilder(mode);
  const lines = new LineTableBuilder();
  yield* readListFile([file.text, ...(file.rest ?? [])], (text, line) => {
    const mistake = text.length > maxPatternLength ? tooLong : addPattern(text);
    if (mistake === undefined) lines.add(line);
    else problems.add({ code: mistake.problem, file: file.path, line, field: "", message: mistake.message });
  });
  const index = (yield* builder.buildSteps()).toParts();
  const segment = { index, file: file.path, lines: lines.build(), texts: "", ends: new Uint32Array() };
  const place = addSegment(segment, { file: file.path, line: 1 }, options);
  indexed.set(key, place);
  return place;

  function addPattern(text: string): PatternMistake | undefined {
    const pattern = parseReferencePattern(text);
    if (isPatternProblem(pattern)) return pattern;
    builder.add(pattern);
    return undefined;
  }
}

function addSegment(segment: SegmentParts, place: Place, { segments, problems }: ListCompilation): number {
  const { steps } = segment.index;
  if (steps > maxSteps) {
    const message = `to judge one image takes up to ${steps} comparisons, more than ${maxSteps}, as "*" stands at too many different places; write fewer patterns with several "*" in one component`;
    problems.add({ code: "policy-slow-list", field: "", message, ...place });
  }
  return segments.push(segment) - 1;
}

function reportMissing({ file }: PolicySource, { path, line, field }: WrittenPath, { files, problems }: ListCompilation): void {
  const nearest = nearestName(path, [...files.keys()]);
  const hint = nearest === undefined ? "; paths are relative to this file's folder" : `; did you mean "${nearest}"?`;
  problems.add({ code: "policy-list-missing", file, line, field, message: `there is no list file "${path}"${hint}` });
}
