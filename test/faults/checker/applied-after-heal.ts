import type { AppliedEvent, PublishEvent } from "../history/history-event.ts";
import { compare, type History, isMeantFor, nameOf } from "../history/read-history.ts";
import { type Disturbance, disturbancesOf } from "./disturbances.ts";
import type { Violation } from "./violation.ts";

/** How long after the acknowledgement, and after the end of what disturbs, every replica has it in force. */
export const propagationMs = 10_000;

/** An acknowledged revision, or one after it, is in force at every replica that it is meant for in time; poison is refused by then. */
export function appliedAfterHeal(history: History): readonly Violation[] {
  const disturbances = disturbancesOf(history);
  const applied = Map.groupBy(history.of("applied"), ({ replica }) => replica);
  const published = history.of("publish").filter(({ outcome, recipe }) => outcome === "published" && recipe.poison === null);
  return published.flatMap((publish) => {
    const deadline = deadlineOf(publish, disturbances);
    if (deadline === undefined || deadline > history.endedAt || isLost(publish, deadline, history)) return [];
    const replicas = history.run.replicas.filter(({ cluster }) => isMeantFor(publish, cluster)).map(({ replica }) => replica);
    const late = replicas.filter((replica) => !isAppliedBy(applied.get(replica) ?? [], publish, deadline));
    return late.map((replica) => ({ at: deadline, message: `replica "${replica}" did not put ${describe(publish)} in force in time` }));
  });
}

function describe({ position }: PublishEvent): string {
  return position === null ? "a revision" : nameOf(position);
}

/** Undefined: a disturbance did not end. */
function deadlineOf({ at }: PublishEvent, disturbances: readonly Disturbance[]): number | undefined {
  let from = at;
  for (const { beganAt, endedAt } of disturbances) {
    if (beganAt > from + propagationMs) break;
    if (endedAt === undefined) return undefined;
    from = Math.max(from, endedAt);
  }
  return from + propagationMs;
}

function isAppliedBy(applied: readonly AppliedEvent[], { position }: PublishEvent, deadline: number): boolean {
  return position === null || applied.some((event) => event.at <= deadline && compare(event, position) >= 0);
}

/** A log that was emptied, or restored from an old copy, gives nobody what it lacks. */
function isLost({ at, position }: PublishEvent, deadline: number, history: History): boolean {
  return history.of("lost").some(({ at: lostAt, kept }) => {
    return lostAt >= at && lostAt <= deadline && position !== null && (kept === null || compare(position, kept) > 0);
  });
}
