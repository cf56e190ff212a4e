import { type Answer, type Decide, UndecidedError } from "@portcullis/policy";
import type { ExpiryWatch } from "./expiry-watch.ts";

/** Holds `decide` to its deadline, so that a decision that never comes is undecided and not a hanging request. */
export function decideInTime(decide: Decide, watch: ExpiryWatch): Decide {
  return (workload, context) =>
    new Promise<Answer>((resolve, reject) => {
      const watched = {
        place: -1,
        deadlineMs: context.deadlineMs,
        onExpired: () => reject(new UndecidedError("undecided-deadline", "no decision was reached in time")),
      };
      watch.add(watched);
      decide(workload, context).then(
        (answer) => {
          watch.remove(watched);
          resolve(answer);
        },
        (error: unknown) => {
          watch.remove(watched);
          reject(error);
        },
      );
    });
}
