import type { DecisionEvent, Position } from "../history/history-event.ts";
import { compare, type History, isMeantFor, nameOf, servedPosition } from "../history/read-history.ts";
import { answersOlderThan, knownByAnswers } from "./answers-older-than.ts";
import type { Violation } from "./violation.ts";

/**
 * `at_least` is never answered below its token, `exactly` by no other revision, `fully_consistent` by none older than what was
 * acknowledged before it was asked; and the answers of one session never go back.
 */
export function consistencyIsKept(history: History): readonly Violation[] {
  const newest = newestAcknowledged(history);
  const decisions = history.of("decision");
  const asked = decisions.flatMap((decision) => brokenDemand(decision, newest));
  const sessions = Map.groupBy(decisions, ({ session }) => session);
  return [...asked, ...[...sessions].flatMap(([session, members]) => (session === null ? [] : stepsBack(session, members)))];
}

function brokenDemand(decision: DecisionEvent, newest: (decision: DecisionEvent) => Position | undefined): readonly Violation[] {
  const served = servedPosition(decision);
  if (served === undefined) return [];
  const { at, asked } = decision;
  const demanded = "token" in asked ? asked.token : undefined;
  const least = asked.mode === "fully-consistent" ? newest(decision) : demanded;
  if (least === undefined) return [];
  const isKept = asked.mode === "exactly" ? compare(served, least) === 0 : compare(served, least) >= 0;
  return isKept ? [] : [{ at, message: `asked for ${asked.mode} ${nameOf(least)}, and answered by ${nameOf(served)}` }];
}

function newestAcknowledged(history: History): (decision: DecisionEvent) => Position | undefined {
  const published = history.of("publish").filter(({ outcome }) => outcome === "published");
  return ({ sentAt, cluster }) => {
    let newest: Position | undefined;
    for (const publish of published) {
      const { at, position } = publish;
      if (at >= sentAt) break;
      if (position !== null && isMeantFor(publish, cluster) && (newest === undefined || compare(position, newest) > 0)) newest = position;
    }
    return newest;
  };
}

/** Questions of a session that were sent before an answer came may be answered in any order. */
function stepsBack(session: string, members: readonly DecisionEvent[]): readonly Violation[] {
  return answersOlderThan(knownByAnswers(members), members).map(({ at, served, known }) => {
    return { at, message: `session "${session}" was answered by ${nameOf(served)} after ${nameOf(known)}` };
  });
}
