import { JsonProblem } from "./json-problem.ts";

/** Containers may nest this deep: `{}` is 1. A Pod needs 12; kube-apiserver itself stops at 10,000. */
export const maxJsonDepth = 128;

/** A token is one value (object, array, string, number, literal) or one member name; brackets, commas and colons count nothing. */
export const maxJsonTokens = 400_000;

/** Counts what a body makes its reader do. Throws as soon as it is more than any honest review needs. */
export class JsonBudget {
  /** Number of objects and arrays that are open. */
  depth = 0;
  #tokens = 0;
  readonly #maxTokens: number;

  constructor(maxTokens: number = maxJsonTokens) {
    this.#maxTokens = maxTokens;
  }

  /** One more value or name. */
  count(): void {
    this.#tokens++;
    if (this.#tokens <= this.#maxTokens) return;
    throw new JsonProblem("review-too-many-tokens", `the body holds more than ${this.#maxTokens} values and names`);
  }

  /** One more level; whoever leaves it decrements `depth`. */
  enter(): void {
    this.depth++;
    if (this.depth <= maxJsonDepth) return;
    throw new JsonProblem("review-too-deep", `the body nests deeper than ${maxJsonDepth} levels`);
  }
}
