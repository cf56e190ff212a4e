/** Stands for a line that is longer than the limit; its text is not kept. */
export const tooLong = Symbol("a line longer than the limit");

type Line = string | typeof tooLong;

/**
 * Lines of a UTF-8 stream, in the batches in which they arrive, without their `\n`. Only `\n` ends a line: U+2028 is
 * legal inside a JSON string, and Node's readline would split there. Memory is bounded by `maxLength` UTF-16 code units.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<readonly Line[]> {
  const decoder = new TextDecoder();
  let rest: Line = "";
  for await (const chunk of chunks) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    const lines: Line[] = [joined(rest, first, maxLength)];
    for (const piece of others) lines.push(joined("", piece, maxLength));
    // What follows the last `\n` is no line yet.
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  const last = joined(rest, decoder.decode(), maxLength);
  if (last !== "") yield [last];
}

function joined(start: Line, end: string, maxLength: number): Line {
  return start === tooLong || start.length + end.length > maxLength ? tooLong : start + end;
}
