import { formatSpread, type Spread } from "./statistics.ts";

/** One measured quantity. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
}

/** A measurement that must not exceed a limit; the median is judged. */
export interface Bound {
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
  readonly limit: number;
  /** What we would like to reach; not judged. */
  readonly aim?: number;
}

export interface Section {
  readonly name: string;
  /** How it was measured, in a sentence. */
  readonly method: string;
  readonly measurements: readonly Measurement[];
  readonly bounds: readonly Bound[];
}

export function isWithin({ spread, limit }: Bound): boolean {
  return spread.median <= limit;
}

/** A section as text for people. */
export function formatSection({ name, method, measurements, bounds }: Section): string {
  const width = Math.max(0, ...[...measurements, ...bounds].map((row) => row.name.length));
  const rows = measurements.map((row) => `  ${row.name.padEnd(width)}  ${formatSpread(row.spread, digitsOf(row.spread))} ${row.unit}`);
  const judged = bounds.map((bound) => {
    const aim = bound.aim === undefined ? "" : `, aim ${bound.aim}`;
    const verdict = isWithin(bound) ? "PASS" : "FAIL";
    return `  ${bound.name.padEnd(width)}  ${formatSpread(bound.spread, digitsOf(bound.spread))} ${bound.unit}, must be ≤ ${bound.limit}${aim}: ${verdict}`;
  });
  return [`${name}: ${method}`, ...rows, ...judged, ""].join("\n");
}

function digitsOf({ median }: Spread): number {
  if (median >= 1000) return 0;
  return median >= 100 ? 1 : 2;
}
