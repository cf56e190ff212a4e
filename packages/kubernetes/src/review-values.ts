import { type JsonCursor, JsonProblem } from "./json-cursor.ts";

/** The problem of a review whose `path` holds something else than its format says. */
export function malformed(path: string, what: string): JsonProblem {
  return new JsonProblem("review-malformed", `"${path}" ${what}`);
}

/** A string, or empty for `null` (as Go writes what is absent). Throws `review-malformed` for anything else. */
export function readOptionalText(cursor: JsonCursor, path: string): string {
  if (cursor.isString()) return cursor.readString();
  if (!cursor.isNull()) throw malformed(path, "is no string");
  cursor.skipValue();
  return "";
}

/** `true` or `false`, or false for `null`. Throws `review-malformed` for anything else. */
export function readOptionalBoolean(cursor: JsonCursor, path: string): boolean {
  const first = String.fromCharCode(cursor.peek());
  if (first !== "t" && first !== "f" && first !== "n") throw malformed(path, "is neither true nor false");
  cursor.skipValue();
  return first === "t";
}
