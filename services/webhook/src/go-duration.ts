const unitsMs: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
const term = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Milliseconds of a Go duration such as `30s`, `1m30s` or `500ms`; undefined for anything else, negative ones included. */
export function parseGoDuration(text: string): number | undefined {
  // What API servers send, nearly always.
  if (/^\d{1,6}s$/.test(text)) return Number.parseInt(text, 10) * 1_000;
  if (text === "0") return 0;
  if (text.length === 0 || text.length > 64) return undefined;
  let total = 0;
  term.lastIndex = 0;
  while (term.lastIndex < text.length) {
    const match = term.exec(text);
    if (match === null) return undefined;
    total += Number(match[1]) * (unitsMs.get(match[2] ?? "") ?? Number.NaN);
  }
  return Number.isFinite(total) ? total : undefined;
}
