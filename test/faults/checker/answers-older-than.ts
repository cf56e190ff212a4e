import type { DecisionEvent, Position } from "../history/history-event.ts";
import { compare, servedPosition } from "../history/read-history.ts";

/** From this time on nothing older may be answered. */
export interface Known {
  readonly at: number;
  readonly position: Position;
}

export interface OlderAnswer {
  readonly at: number;
  readonly served: Position;
  /** The newest that was known when the question was sent. */
  readonly known: Position;
}

/** Answers by a revision that is older than one that was known before the question was sent. */
export function answersOlderThan(known: readonly Known[], decisions: readonly DecisionEvent[]): readonly OlderAnswer[] {
  const rising = risingPositions(known);
  let next = 0;
  return decisions
    .toSorted((a, b) => a.sentAt - b.sentAt)
    .flatMap((decision) => {
      while ((rising[next]?.at ?? Number.POSITIVE_INFINITY) < decision.sentAt) next += 1;
      const served = servedPosition(decision);
      const newest = rising[next - 1]?.position;
      if (served === undefined || newest === undefined || compare(served, newest) >= 0) return [];
      return [{ at: decision.at, served, known: newest }];
    });
}

/** What answers tell: known once they are there. */
export function knownByAnswers(decisions: readonly DecisionEvent[]): readonly Known[] {
  return decisions.flatMap((decision) => {
    const position = servedPosition(decision);
    return position === undefined ? [] : [{ at: decision.at, position }];
  });
}

/** Only what is newer than all that was known before it. */
function risingPositions(known: readonly Known[]): readonly Known[] {
  const rising: Known[] = [];
  for (const next of known.toSorted((a, b) => a.at - b.at)) {
    const newest = rising.at(-1);
    if (newest === undefined || compare(next.position, newest.position) > 0) rising.push(next);
  }
  return rising;
}
