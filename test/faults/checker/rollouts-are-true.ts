import type { DecisionEvent, RolloutEvent } from "../history/history-event.ts";
import { compare, type History, isMeantFor, nameOf, servedPosition } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/**
 * Once a revision was called `all-acked`, every replica that it is meant for has put it in force, and none answers by an older
 * one; once it was called `fenced`, neither. From when it was said to be in force, no answer of any front-end is older.
 */
export function rolloutsAreTrue(history: History): readonly Violation[] {
  return history.of("rollout").flatMap((rollout) => {
    const settled = rollout.outcome === "all-acked" || rollout.outcome === "fenced";
    return [
      ...(rollout.outcome === "all-acked" ? withoutApply(history, rollout) : []),
      ...(settled ? olderAnswers(history, rollout, { from: rollout.at, by: (decision) => decision.replica !== null }) : []),
      ...(rollout.inForceAt === null ? [] : olderAnswers(history, rollout, { from: rollout.inForceAt, by: () => true })),
    ];
  });
}

/** What a replica writes reaches the observer so much later than its report, at most. */
const pipeMs = 2_000;

function withoutApply(history: History, rollout: RolloutEvent): readonly Violation[] {
  const replicas = history.run.replicas.filter(({ cluster }) => isMeantFor(rollout, cluster));
  const applied = history.of("applied").filter((event) => event.at <= rollout.at + pipeMs && compare(event, rollout) >= 0);
  return replicas
    .filter(({ replica }) => !applied.some((event) => event.replica === replica))
    .map(({ replica }) => ({
      at: rollout.at,
      message: `${nameOf(rollout)} was called all-acked before replica "${replica}" had it in force`,
    }));
}

interface Answers {
  readonly from: number;
  readonly by: (decision: DecisionEvent) => boolean;
}

function olderAnswers(history: History, rollout: RolloutEvent, { from, by }: Answers): readonly Violation[] {
  const older = history.of("decision").find((decision) => {
    const served = servedPosition(decision);
    return (
      served !== undefined &&
      decision.sentAt > from &&
      by(decision) &&
      isMeantFor(rollout, decision.cluster) &&
      compare(served, rollout) < 0
    );
  });
  const served = older && servedPosition(older);
  if (older === undefined || served === undefined) return [];
  return [
    { at: older.at, message: `${nameOf(rollout)} was called ${rollout.outcome}, and then a question was answered by ${nameOf(served)}` },
  ];
}
