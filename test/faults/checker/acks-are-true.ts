import { type History, nameOf } from "../history/read-history.ts";
import { answersOlderThan } from "./answers-older-than.ts";
import type { Violation } from "./violation.ts";

/** Once a replica has reported a revision as applied, it answers no question by an older one. */
export function acksAreTrue(history: History): readonly Violation[] {
  return history.run.replicas.flatMap(({ replica }) => {
    const decisions = history.of("decision").filter((decision) => decision.replica === replica);
    const acks = history.of("status").flatMap(({ at, status: { applied, replica: reporter } }) => {
      return applied === null || reporter !== replica ? [] : [{ at, position: applied }];
    });
    return answersOlderThan(acks, decisions).map(({ at, served, known }) => {
      return { at, message: `replica "${replica}" answered by ${nameOf(served)} after it had reported ${nameOf(known)}` };
    });
  });
}
