/**
 * Which line the n-th pattern of a list file stands on. Holds two numbers per run of lines without a gap, so a list
 * without comments costs nothing per entry.
 */
export class LineTable {
  readonly #firstOrdinals: number[] = [];
  readonly #firstLines: number[] = [];
  #size = 0;
  #nextLine = 0;

  /** Lines come in ascending order. */
  add(line: number): void {
    if (line !== this.#nextLine) {
      this.#firstOrdinals.push(this.#size);
      this.#firstLines.push(line);
    }
    this.#size += 1;
    this.#nextLine = line + 1;
  }

  lineOf(ordinal: number): number {
    const run = this.#runOf(ordinal);
    return (this.#firstLines[run] as number) + ordinal - (this.#firstOrdinals[run] as number);
  }

  #runOf(ordinal: number): number {
    let low = 0;
    let high = this.#firstOrdinals.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#firstOrdinals[middle] as number) <= ordinal) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
