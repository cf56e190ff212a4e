/** Which line the n-th pattern of a list stands on: two numbers per run of lines without a gap, so a list without comments costs nothing per entry. */
export interface LineTable {
  readonly firstOrdinals: Uint32Array<ArrayBuffer>;
  readonly firstLines: Uint32Array<ArrayBuffer>;
}

/** Collects the lines of patterns, in their order. */
export class LineTableBuilder {
  readonly #firstOrdinals: number[] = [];
  readonly #firstLines: number[] = [];
  #size = 0;
  #nextLine = 0;

  add(line: number): void {
    if (line !== this.#nextLine) {
      this.#firstOrdinals.push(this.#size);
      this.#firstLines.push(line);
    }
    this.#size += 1;
    this.#nextLine = line + 1;
  }

  build(): LineTable {
    return { firstOrdinals: Uint32Array.from(this.#firstOrdinals), firstLines: Uint32Array.from(this.#firstLines) };
  }
}

/** The line of an ordinal below the number of patterns. */
export function lineOf({ firstOrdinals, firstLines }: LineTable, ordinal: number): number {
  let low = 0;
  let high = firstOrdinals.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((firstOrdinals[middle] as number) <= ordinal) low = middle;
    else high = middle - 1;
  }
  return (firstLines[low] as number) + ordinal - (firstOrdinals[low] as number);
}
