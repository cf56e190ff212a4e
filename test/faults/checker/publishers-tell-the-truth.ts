import type { PublishEvent } from "../history/history-event.ts";
import { type History, nameOf } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/**
 * What was said to be published stands in the chain at its place, and no place was given twice; what was said not to be
 * published, or to have lost to another, never stands in it.
 */
export function publishersTellTheTruth(history: History): readonly Violation[] {
  const publishes = history.of("publish");
  const published = publishes.filter(({ outcome }) => outcome === "published");
  const places = Map.groupBy(published, ({ position }) => (position === null ? "" : nameOf(position)));
  const twice = [...places].filter(([, members]) => new Set(members.map(({ digest }) => digest)).size > 1);
  return [
    ...published.flatMap((publish) => absent(history, publish)),
    ...publishes.flatMap((publish) => present(history, publish)),
    ...twice.map(([place, [first]]) => ({ at: first?.at ?? 0, message: `revision ${place} was published twice` })),
  ];
}

function absent(history: History, { at, position, digest }: PublishEvent): readonly Violation[] {
  const entry = position === null ? undefined : history.chain.at(position);
  if (position !== null && entry?.digest === digest) return [];
  return [{ at, message: `${position === null ? "a revision" : nameOf(position)} was called published, and is not in the chain` }];
}

/** Each attempt has a bundle of its own, so that its bundle tells whether it came through. */
function present(history: History, { at, beganAt, outcome, recipe }: PublishEvent): readonly Violation[] {
  if (outcome !== "conflict" && outcome !== "not-published" && outcome !== "refused") return [];
  const entry = history.chain.revisions.find((candidate) => candidate.recipe.number === recipe.number);
  const isOwn = history.of("publish").every((other) => other.beganAt === beganAt || other.recipe.number !== recipe.number);
  return entry === undefined || !isOwn ? [] : [{ at, message: `${nameOf(entry)} was called ${outcome}, and is in the chain` }];
}
