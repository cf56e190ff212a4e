/** Longer lines hold no reference; cutting them off keeps a slice of work short. */
export const maxPatternLength = 1_024;

/** Lines between two slices: about a millisecond of parsing and indexing. */
const linesPerSlice = 256;

/** One character more than allowed is enough to see that a line is too long; twice as many leave room for blanks before it. */
const keptLength = 2 * maxPatternLength;

/**
 * Hands every pattern of a list file, one per line, to `onPattern` with its line. `#` starts a comment at the start of
 * a line or after a blank. The text comes in pieces, cut anywhere. Yields between slices; never holds more than one line
 * beside the text.
 */
export function* readListFile(pieces: readonly string[], onPattern: (pattern: string, line: number) => void): Generator<void> {
  let line = 0;
  // Of a line that began in an earlier piece.
  let begun = "";
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) yield;
    let start = 0;
    for (let end = piece.indexOf("\n"); end !== -1; end = piece.indexOf("\n", start)) {
      line += 1;
      const pattern = withoutComment(extend(begun, piece, { start, end }));
      begun = "";
      if (pattern !== "") onPattern(pattern, line);
      start = end + 1;
      if (line % linesPerSlice === 0) yield;
    }
    begun = extend(begun, piece, { start, end: piece.length });
  }
  const last = withoutComment(begun);
  if (last !== "") onPattern(last, line + 1);
}

function extend(begun: string, piece: string, { start, end }: { readonly start: number; readonly end: number }): string {
  const text = piece.slice(start, Math.min(end, start + keptLength));
  return begun === "" ? text : (begun + text).slice(0, keptLength);
}

function withoutComment(line: string): string {
  const hash = line.indexOf("#");
  if (hash < 0) return line.trim();
  const comment = line.search(/(?:^|\s)#/u);
  return (comment < 0 ? line : line.slice(0, comment)).trim();
}
