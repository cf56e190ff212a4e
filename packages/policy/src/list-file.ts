/** Longer lines hold no reference; cutting them off keeps a slice of work short. */
export const maxPatternLength = 1_024;

/** Lines between two slices: about a millisecond of parsing and indexing. */
const linesPerSlice = 256;

/**
 * Hands every pattern of a list file, one per line, to `onPattern` with its line. `#` starts a comment at the start of
 * a line or after a blank. Yields between slices; never holds more than one line beside the text.
 */
export function* readListFile(text: string, onPattern: (pattern: string, line: number) => void): Generator<void> {
  let line = 0;
  let start = text.charCodeAt(0) === byteOrderMark ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    line += 1;
    // One character more than allowed is enough to see that a line is too long.
    const pattern = withoutComment(text.slice(start, Math.min(end, start + 2 * maxPatternLength)));
    if (pattern !== "") onPattern(pattern, line);
    start = end + 1;
    if (line % linesPerSlice === 0) yield;
  }
}

const byteOrderMark = 0xfeff;

function withoutComment(line: string): string {
  const hash = line.indexOf("#");
  if (hash < 0) return line.trim();
  const comment = line.search(/(?:^|\s)#/u);
  return (comment < 0 ? line : line.slice(0, comment)).trim();
}
