import { type History, nameOf } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/** A replica refuses a revision only where its bundle is poison: else a fault would have become the end of a rollout. */
export function onlyPoisonIsRefused(history: History): readonly Violation[] {
  const seen = new Set<string>();
  return history.of("status").flatMap(({ at, status: { replica, nacks } }) => {
    return nacks.flatMap(({ token, code }) => {
      const key = JSON.stringify([replica, token]);
      const entry = history.chain.at(token);
      if (seen.has(key) || entry === undefined || entry.recipe.poison !== null) return [];
      seen.add(key);
      return [{ at, message: `replica "${replica}" refused ${nameOf(token)} with "${code}", and its bundle is sound` }];
    });
  });
}
