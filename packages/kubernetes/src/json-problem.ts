import type { ReviewProblemCode } from "./parsed-review.ts";

/** Why reading a body stopped. Thrown inside this package only; its parse functions turn it into a `ReviewProblem`. */
export class JsonProblem extends Error {
  override readonly name = "JsonProblem";
  readonly code: ReviewProblemCode;

  constructor(code: ReviewProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The problem of bytes that are no JSON: what the grammar wanted, and where. */
export function notJson(at: number, expected: string): JsonProblem {
  return new JsonProblem("review-not-json", `the body is not JSON: ${expected} was expected at byte ${at}`);
}
