import type { Position } from "../history/history-event.ts";
import { type History, nameOf } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

interface Claim {
  readonly at: number;
  readonly position: Position;
  readonly digest: string;
  readonly by: string;
}

/** Whoever names a revision means the same bundle by it: replicas in what they put in force and report, publishers in what they published. */
export function oneDigestPerRevision(history: History): readonly Violation[] {
  const byRevision = Map.groupBy(claimsOf(history), ({ position }) => nameOf(position));
  return [...byRevision].flatMap(([revision, claims]) => {
    const [first] = claims;
    const other = claims.find(({ digest }) => digest !== first?.digest);
    if (first === undefined || other === undefined) return [];
    return [{ at: other.at, message: `revision ${revision} is "${first.digest}" to ${first.by} and "${other.digest}" to ${other.by}` }];
  });
}

function claimsOf(history: History): readonly Claim[] {
  const applied = history.of("applied").map((event) => claim(event.at, event, event.bundleDigest, `replica "${event.replica}"`));
  const reported = history.of("status").flatMap(({ at, status: { applied: token, appliedDigest, replica } }) => {
    return token === null || appliedDigest === null ? [] : [claim(at, token, appliedDigest, `the report of "${replica}"`)];
  });
  const published = history.of("publish").flatMap(({ at, outcome, position, digest }) => {
    const entry = history.of("entry").find((candidate) => candidate.digest === digest);
    if (outcome !== "published" || position === null || entry === undefined) return [];
    return [claim(at, position, entry.bundleDigest, "its publisher")];
  });
  return [...applied, ...reported, ...published];
}

function claim(at: number, position: Position, digest: string, by: string): Claim {
  return { at, position, digest, by };
}
