import type { AppendOutcome, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";

/** What happens to one append. `late`: it is written once the next call comes, and its answer is lost. */
export const appendFates = ["kept", "answer-lost", "request-lost", "refused", "late", "silent"] as const;
export type AppendFate = (typeof appendFates)[number];

/** A holder of a log to whose appends, and to whose reads, what is named happens, in order; then nothing more does. */
export function lossyRevisionLog(log: RevisionLog, fates: readonly AppendFate[], lostReads: readonly boolean[] = []): RevisionLog {
  const comingFates = [...fates];
  const comingReads = [...lostReads];
  let late: (() => Promise<unknown>) | undefined;

  async function deliverLate(): Promise<void> {
    const deliver = late;
    late = undefined;
    await deliver?.();
  }

  function failMaybe(): void {
    if (comingReads.shift() === true) throw new RevisionLogError("bus-unavailable", "the read was lost");
  }

  return {
    ...log,
    async readHead() {
      await deliverLate();
      failMaybe();
      return log.readHead();
    },
    async *readAfter(position) {
      failMaybe();
      yield* log.readAfter(position);
      await deliverLate();
    },
    async append(entry, options) {
      await deliverLate();
      const append = () => log.append(entry, options);
      const lost: AppendOutcome = { outcome: "unknown", cause: new Error("no answer") };
      switch (comingFates.shift() ?? "kept") {
        case "kept":
          return append();
        case "answer-lost":
          await append();
          return lost;
        case "request-lost":
          return lost;
        case "refused":
          return { outcome: "unavailable", cause: new Error("no leader") };
        case "late":
          late = append;
          return lost;
        case "silent":
          return Promise.withResolvers<AppendOutcome>().promise;
      }
    },
  };
}
