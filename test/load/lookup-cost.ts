import {
  createPatternIndexBuilder,
  type ImageReference,
  isPatternProblem,
  isReferenceProblem,
  type PatternIndex,
  parseImageReference,
  parseReferencePattern,
} from "@portcullis/image-ref";
import type { BenchOptions } from "./bench-options.ts";
import { bytesInUse } from "./heap.ts";
import { imagesFor, type ListKind, listKinds, patternAt } from "./long-list.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { type Spread, spreadOf } from "./statistics.ts";

const probeCount = 32_768;
/** How many distinct images a cluster runs, roughly. */
const workingSet = 512;

/** What one question to a list is. */
const questions = ["lookup", "lookup of one of 512 images", "parse and lookup"] as const;
type Question = (typeof questions)[number];

interface Built {
  readonly kind: ListKind;
  readonly size: number;
  readonly index: PatternIndex;
  readonly bytesPerEntry: number;
  readonly images: readonly string[];
  readonly probes: readonly ImageReference[];
  /** Of each round. */
  readonly nanoseconds: Readonly<Record<Question, number[]>>;
}

/** Time of one lookup by length of the list, and memory per entry. */
export async function measureLookup({ isSlice }: BenchOptions): Promise<Section> {
  const sizes = isSlice ? [10, 1_000, 100_000] : [10, 1_000, 100_000, 1_000_000];
  const rounds = isSlice ? 9 : 21;
  const measurements: Measurement[] = [];
  const bounds: Bound[] = [];
  for (const kind of listKinds) {
    const built = sizes.map((size) => build(kind, size));
    askInTurn(built, rounds);
    for (const list of built) measurements.push(...measurementsOf(list));
    bounds.push(...boundsOf(kind, built));
  }
  const method = `time of finding ${probeCount.toLocaleString("en-GB")} distinct parsed references, drawn all over the list and in no order, half of them listed and half not, at every length of the list; beside it, of asking for ${workingSet} of them again and again, as a cluster does, and of parsing each as well; ${rounds} interleaved rounds`;
  return { name: "lookup", method, measurements, bounds };
}

function build(kind: ListKind, size: number): Built {
  const images = imagesFor(kind, size, probeCount);
  const probes = images.map(referenceTo);
  const before = bytesInUse();
  const builder = createPatternIndexBuilder("allow");
  for (let i = 0; i < size; i++) {
    const pattern = parseReferencePattern(patternAt(kind, i));
    if (isPatternProblem(pattern)) throw new Error(`"${patternAt(kind, i)}" is no pattern: ${pattern.message}`);
    builder.add(pattern);
  }
  const index = builder.build();
  const bytesPerEntry = (bytesInUse() - before) / size;
  const nanoseconds = { lookup: [], "lookup of one of 512 images": [], "parse and lookup": [] };
  return { kind, size, index, bytesPerEntry, images, probes, nanoseconds };
}

function referenceTo(image: string): ImageReference {
  const reference = parseImageReference(image);
  if (isReferenceProblem(reference)) throw new Error(`"${image}" is no reference: ${reference.message}`);
  return reference;
}

// The first two rounds let the compiler see every list, and count for nothing.
function askInTurn(lists: readonly Built[], rounds: number): void {
  for (let round = -2; round < rounds; round++) {
    for (const list of lists) {
      for (const question of questions) {
        const elapsed = askAll(list, question);
        if (round >= 0) list.nanoseconds[question].push(elapsed);
      }
    }
  }
}

/** Nanoseconds for one question. By the wall clock, since CPU time is counted in ticks as long as a round. */
function askAll({ kind, index, images, probes }: Built, question: Question): number {
  const startMs = performance.now();
  const found =
    question === "lookup"
      ? countFound(index, probes)
      : question === "parse and lookup"
        ? countParsed(index, images)
        : (countRepeated(index, probes) * probeCount) / workingSet;
  const elapsedMs = performance.now() - startMs;
  if (found !== probeCount / 2) throw new Error(`${kind}: found ${found} of ${probeCount / 2} listed images`);
  return (elapsedMs * 1e6) / probeCount;
}

function countFound(index: PatternIndex, probes: readonly ImageReference[]): number {
  let found = 0;
  for (const probe of probes) {
    if (index.find(probe) >= 0) found++;
  }
  return found;
}

/** Found in one of as many passes over the working set as make `probeCount` lookups. */
function countRepeated(index: PatternIndex, probes: readonly ImageReference[]): number {
  const few = probes.slice(0, workingSet);
  let found = 0;
  for (let pass = 0; pass < probeCount / workingSet; pass++) found = countFound(index, few);
  return found;
}

function countParsed(index: PatternIndex, images: readonly string[]): number {
  let found = 0;
  for (const image of images) {
    if (index.find(referenceTo(image)) >= 0) found++;
  }
  return found;
}

function measurementsOf({ kind, size, nanoseconds, bytesPerEntry }: Built): readonly Measurement[] {
  const name = `${kind}, ${size.toLocaleString("en-GB")} entries`;
  const times = questions.map((question) => ({ name, unit: `ns per ${question}`, spread: spreadOf(nanoseconds[question]) }));
  return size >= 100_000 ? [...times, { name, unit: "bytes per entry", spread: spreadOf([bytesPerEntry]) }] : times;
}

function boundsOf(kind: ListKind, built: readonly Built[]): readonly Bound[] {
  const [shortest] = built;
  const longest = built.at(-1);
  if (shortest === undefined || longest === undefined) return [];
  const entries = longest.size.toLocaleString("en-GB");
  return [
    { name: `${kind}, ${entries} entries`, unit: "x the time of 10", spread: ratio(longest, shortest), limit: 3, aim: 2 },
    { name: `${kind}, ${entries} entries`, unit: "bytes per entry", spread: spreadOf([longest.bytesPerEntry]), limit: 150, aim: 64 },
  ];
}

function ratio(subject: Built, floor: Built): Spread {
  return spreadOf(subject.nanoseconds.lookup.map((value, round) => value / (floor.nanoseconds.lookup[round] ?? Number.NaN)));
}
