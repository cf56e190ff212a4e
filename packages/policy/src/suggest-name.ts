import { nearestName } from "@portcullis/nearest-name";

/** `; did you mean "allow"?`, or the list of what is known. */
export function suggestName(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `; known are ${known.map((each) => `"${each}"`).join(", ")}` : `; did you mean "${nearest}"?`;
}
