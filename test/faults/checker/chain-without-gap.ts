import type { AppliedEvent, EntryEvent } from "../history/history-event.ts";
import { type History, nameOf } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/**
 * What a replica puts in force was signed by a key that was trusted at its place, has all revisions before it in the log, and
 * comes after what the replica had in force before in one and the same chain.
 */
export function chainWithoutGap(history: History): readonly Violation[] {
  const violations: Violation[] = [];
  const inForce = new Map<string, EntryEvent>();
  for (const applied of history.of("applied")) {
    const found = history.chain.candidates(applied, applied.bundleDigest);
    const entry = found.find(history.chain.isLinked);
    if (entry === undefined) {
      violations.push({ at: applied.at, message: `${describe(applied)}, ${whyNot(found)}` });
      continue;
    }
    const before = inForce.get(applied.replica);
    if (before !== undefined && !history.chain.mayFollow(before, entry)) {
      violations.push({
        at: applied.at,
        message: `${describe(applied)}, which does not come after the ${nameOf(before)} it served before`,
      });
    }
    inForce.set(applied.replica, entry);
  }
  return violations;
}

function describe(applied: AppliedEvent): string {
  return `replica "${applied.replica}" put ${nameOf(applied)} in force`;
}

function whyNot(found: readonly EntryEvent[]): string {
  if (found.length === 0) return "which was never written with that bundle";
  if (found.every(({ signedBy }) => signedBy.length === 0)) return "which nobody signed";
  return "which no trusted key signed, or whose chain has a gap";
}
