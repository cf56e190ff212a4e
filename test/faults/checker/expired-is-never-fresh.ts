import type { DecisionEvent, ReplicaSetting } from "../history/history-event.ts";
import { compare, type History, isMeantFor, servedPosition } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/**
 * An answer that calls itself fresh comes from a replica that can have proven so lately: since it was cut off, and since a
 * newer revision was acknowledged, no more time has passed than its configuration allows; and past its ceiling it gives none,
 * unless it is configured to serve. What it says of its own age agrees.
 */
export function expiredIsNeverFresh(history: History): readonly Violation[] {
  const unproven = unprovenSince(history);
  return history.of("decision").flatMap((decision) => {
    if (decision.replica === null || servedPosition(decision) === undefined) return [];
    const setting = history.setting(decision.replica);
    const since = unproven(decision, setting);
    const leastAgeMs = since === undefined ? 0 : decision.sentAt - since;
    const problem = contradiction(decision, setting, leastAgeMs);
    return problem === undefined ? [] : [{ at: decision.at, message: `replica "${decision.replica}" ${problem}` }];
  });
}

/** What an answer says of itself against the least age that its policy has. */
function contradiction(
  { isDegraded, stalenessMs }: DecisionEvent,
  { staleAfterMs, ceilingMs, whenExpired }: ReplicaSetting,
  leastAgeMs: number,
): string | undefined {
  const ageMs = Math.max(stalenessMs, leastAgeMs);
  const age = `${Math.round(ageMs)} ms after its newest possible proof`;
  if (ceilingMs !== null && whenExpired !== "serve" && ageMs > ceilingMs + roundingMs)
    return `served past its ceiling of ${ceilingMs} ms, ${age}`;
  if (!isDegraded && ageMs > staleAfterMs + roundingMs) return `answered as fresh ${age}; its policy is stale after ${staleAfterMs} ms`;
  if (stalenessMs + roundingMs < leastAgeMs) return `says its policy is ${Math.round(stalenessMs)} ms old, ${age}`;
  return undefined;
}

/** Ages travel as whole milliseconds. */
const roundingMs = 2;

/** The earliest time from which on the replica cannot have had a proof that it serves the newest revision. */
function unprovenSince(history: History): (decision: DecisionEvent, setting: ReplicaSetting) => number | undefined {
  const acknowledged = history.of("publish").filter(({ outcome }) => outcome === "published");
  const lost = history.of("lost");
  const healed = new Map(history.of("healed").map(({ id, at }) => [id, at]));
  const cuts = history.of("fault").filter(({ cut }) => cut.length > 0);

  function newerSince(decision: DecisionEvent, { cluster }: ReplicaSetting): number | undefined {
    const served = servedPosition(decision);
    const newer = acknowledged.find((publish) => {
      const { at, position } = publish;
      if (served === undefined || position === null || compare(position, served) <= 0 || !isMeantFor(publish, cluster)) return false;
      // What the log lost again, it does not tell of.
      return !lost.some((loss) => loss.at >= at && loss.at <= decision.at && (loss.kept === null || compare(position, loss.kept) > 0));
    });
    return newer === undefined ? undefined : newer.at + history.run.oldLeaderMs;
  }

  /** An answer that came after the heal may be by what was proven after it. */
  function cutSince(decision: DecisionEvent): number | undefined {
    const { replica, sentAt } = decision;
    const isCut = cuts.find(({ id, at, cut }) => {
      const healedAt = healed.get(id) ?? Number.POSITIVE_INFINITY;
      return replica !== null && cut.includes(replica) && at <= sentAt && decision.at < healedAt;
    });
    return isCut?.at;
  }

  return (decision, setting) => {
    const since = [newerSince(decision, setting), cutSince(decision)].filter((at) => at !== undefined);
    return since.length === 0 ? undefined : Math.min(...since);
  };
}
