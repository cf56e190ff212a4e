import { probeSides } from "../history/bundle-recipe.ts";
import type { DecisionEvent } from "../history/history-event.ts";
import { type History, nameOf, servedPosition } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/**
 * Every bundle judges the two sides of a probe alike, by two policies from two files. So both sides of one question get the
 * same verdict, and so do the two questions of a pair that are answered by one revision: else it was in force by halves.
 */
export function pairedProbesAgree(history: History): readonly Violation[] {
  const served = history.of("decision").filter((decision) => servedPosition(decision) !== undefined);
  const torn = served.filter((decision) => asksBothSides(decision) && new Set(sidesOf(decision)).size > 1);
  const pairs = [...Map.groupBy(served, ({ pair }) => pair)].flatMap(([pair, members]) => (pair === null ? [] : disagreements(members)));
  return [
    ...torn.map(({ at, denied }) => ({ at, message: `one answer refuses [${denied.join(", ")}], and not the other side` })),
    ...pairs,
  ];
}

function disagreements(members: readonly DecisionEvent[]): readonly Violation[] {
  return members.flatMap((member, index) => {
    const position = servedPosition(member);
    const other = members
      .slice(0, index)
      .find(({ servedAt }) => servedAt !== null && position !== undefined && nameOf(servedAt) === nameOf(position));
    if (other === undefined || position === undefined || withoutSide(other.denied) === withoutSide(member.denied)) return [];
    const message = `by ${nameOf(position)} one probe of a pair refuses [${member.denied.join(", ")}] and the other [${other.denied.join(", ")}]`;
    return [{ at: member.at, message }];
  });
}

function asksBothSides({ images }: DecisionEvent): boolean {
  return probeSides.every((side) => images.some((image) => image.includes(`/${side}:`)));
}

/** What is refused of each side. */
function sidesOf({ denied }: DecisionEvent): readonly string[] {
  return probeSides.map((side) => withoutSide(denied.filter((image) => image.includes(`/${side}:`))));
}

function withoutSide(images: readonly string[]): string {
  return images
    .map((image) => image.slice(image.lastIndexOf(":")))
    .toSorted()
    .join(" ");
}
