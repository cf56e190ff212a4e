import {
  createPatternIndexBuilder,
  type ImageReference,
  isPatternProblem,
  type PatternIndex,
  parseReferencePattern,
} from "@portcullis/image-ref";
import type { BenchOptions } from "./bench-options.ts";
import { bytesInUse } from "./heap.ts";
import { type ListKind, listKinds, patternAt, probesFor } from "./long-list.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { type Spread, spreadOf } from "./statistics.ts";

const probeCount = 32_768;

interface Built {
  readonly kind: ListKind;
  readonly size: number;
  readonly index: PatternIndex;
  readonly bytesPerEntry: number;
  readonly probes: readonly ImageReference[];
  readonly nanoseconds: number[];
}

/** Time of one lookup by length of the list, and memory per entry. */
export async function measureLookup({ isSlice }: BenchOptions): Promise<Section> {
  const sizes = isSlice ? [10, 1_000, 100_000] : [10, 1_000, 100_000, 1_000_000];
  const rounds = isSlice ? 9 : 21;
  const measurements: Measurement[] = [];
  const bounds: Bound[] = [];
  for (const kind of listKinds) {
    const built = sizes.map((size) => build(kind, size));
    lookUpInTurn(built, rounds);
    for (const { size, nanoseconds, bytesPerEntry } of built) {
      const name = `${kind}, ${size.toLocaleString("en-GB")} entries`;
      measurements.push({ name, unit: "ns per lookup", spread: spreadOf(nanoseconds) });
      if (size >= 100_000) measurements.push({ name, unit: "bytes per entry", spread: spreadOf([bytesPerEntry]) });
    }
    bounds.push(...boundsOf(kind, built));
  }
  const method = `a parsed reference looked up in lists of one kind, half of the ${probeCount.toLocaleString("en-GB")} images listed and half not; ${rounds} interleaved rounds`;
  return { name: "lookup", method, measurements, bounds };
}

function build(kind: ListKind, size: number): Built {
  const probes = probesFor(kind, size, probeCount);
  const before = bytesInUse();
  const builder = createPatternIndexBuilder("allow");
  for (let i = 0; i < size; i++) {
    const pattern = parseReferencePattern(patternAt(kind, i));
    if (isPatternProblem(pattern)) throw new Error(`"${patternAt(kind, i)}" is no pattern: ${pattern.message}`);
    builder.add(pattern);
  }
  const index = builder.build();
  return { kind, size, index, bytesPerEntry: (bytesInUse() - before) / size, probes, nanoseconds: [] };
}

// The first two rounds let the compiler see every list, and count for nothing.
function lookUpInTurn(lists: readonly Built[], rounds: number): void {
  for (let round = -2; round < rounds; round++) {
    for (const list of lists) {
      const elapsed = lookUpAll(list);
      if (round >= 0) list.nanoseconds.push(elapsed);
    }
  }
}

function lookUpAll({ kind, index, probes }: Built): number {
  const startMs = performance.now();
  let found = 0;
  for (const probe of probes) {
    if (index.find(probe) >= 0) found++;
  }
  const elapsedMs = performance.now() - startMs;
  if (found !== probes.length / 2) throw new Error(`${kind}: found ${found} of ${probes.length / 2} listed images`);
  return (elapsedMs * 1e6) / probes.length;
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
  return spreadOf(subject.nanoseconds.map((value, round) => value / (floor.nanoseconds[round] ?? Number.NaN)));
}
