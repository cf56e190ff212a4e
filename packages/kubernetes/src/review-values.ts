import type { JsonCursor } from "./json-cursor.ts";
import { JsonProblem } from "./json-problem.ts";

/** The problem of a review whose `path` holds something else than its format says. */
export function malformed(path: string, what: string): JsonProblem {
  return new JsonProblem("review-malformed", `"${path}" ${what}`);
}

/** A string, or empty for `null` (as Go writes what is absent). Throws `review-malformed` for anything else. */
export function readOptionalText(cursor: JsonCursor, path: string): string {
  if (cursor.next() === "string") return cursor.readString();
  if (cursor.next() !== "null") throw malformed(path, "is no string");
  cursor.skipValue();
  return "";
}

/** `true` or `false`, or false for `null`. Throws `review-malformed` for anything else. */
export function readOptionalBoolean(cursor: JsonCursor, path: string): boolean {
  const isTrue = cursor.isTrue();
  if (!isTrue && !cursor.isFalse() && cursor.next() !== "null") throw malformed(path, "is neither true nor false");
  cursor.skipValue();
  return isTrue;
}
