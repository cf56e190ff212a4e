import type { PolicyProblem } from "./policy-problem.ts";

/** A list of a million wrong lines must neither fill memory nor a terminal. */
const keptProblems = 500;

/** Collects the mistakes of one compilation, so that all are reported together. */
export class ProblemSink {
  readonly #kept: PolicyProblem[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(problem: PolicyProblem): void {
    this.#count += 1;
    if (this.#kept.length < keptProblems) this.#kept.push(problem);
  }

  /** Sorted by file and line; ends by saying how many were left out. */
  toSorted(): PolicyProblem[] {
    const sorted = this.#kept.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
    const last = sorted.at(-1);
    if (last === undefined || this.#count <= keptProblems) return sorted;
    const message = `${this.#count - keptProblems} more problems are not shown; repair these first`;
    return [...sorted, { ...last, code: "policy-too-many-problems", field: "", message }];
  }
}

/** Orders by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
