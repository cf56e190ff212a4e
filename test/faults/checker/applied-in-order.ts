import type { AppliedEvent } from "../history/history-event.ts";
import { compare, type History, isMeantFor, nameOf } from "../history/read-history.ts";
import { answersOlderThan, knownByAnswers } from "./answers-older-than.ts";
import type { Violation } from "./violation.ts";

/**
 * Per replica, and across its restarts: what is put in force strictly increases, except that a start may serve again what was
 * in force before; what is left out was refused, meant for others, or superseded by what was put in force; and no answer is
 * by an older revision than an answer that came before the question was sent.
 */
export function appliedInOrder(history: History): readonly Violation[] {
  const applied = [...Map.groupBy(history.of("applied"), ({ replica }) => replica).values()];
  const replicas = history.run.replicas.map(({ replica }) => replica);
  return [
    ...applied.flatMap((events) => events.flatMap((event, index) => misapplied(event, events[index - 1], history))),
    ...replicas.flatMap((replica) => answersThatGoBack(history, replica)),
  ];
}

function misapplied(event: AppliedEvent, before: AppliedEvent | undefined, history: History): readonly Violation[] {
  const { replica, at } = event;
  const problems = [outOfOrder(event, before), outOfPlace(event, history)].filter((problem) => problem !== undefined);
  return problems.map((problem) => ({ at, message: `replica "${replica}" put ${nameOf(event)} in force although ${problem}` }));
}

function outOfOrder(event: AppliedEvent, before: AppliedEvent | undefined): string | undefined {
  if (before === undefined) return undefined;
  const order = compare(event, before);
  if (order < 0) return `it had ${nameOf(before)} in force before`;
  return order === 0 && before.life === event.life ? "it had it in force already" : undefined;
}

function outOfPlace(event: AppliedEvent, { chain, setting }: History): string | undefined {
  const entry = chain.at(event);
  if (entry === undefined) return undefined;
  const { cluster } = setting(event.replica);
  if (!isMeantFor(entry, cluster)) return `it is not meant for "${cluster}"`;
  return entry.recipe.poison === null ? undefined : `its bundle is poison (${entry.recipe.poison})`;
}

function answersThatGoBack(history: History, replica: string): readonly Violation[] {
  const decisions = history.of("decision").filter((decision) => decision.replica === replica);
  return answersOlderThan(knownByAnswers(decisions), decisions).map(({ at, served, known }) => {
    return { at, message: `replica "${replica}" answered by ${nameOf(served)} after it had answered by ${nameOf(known)}` };
  });
}
