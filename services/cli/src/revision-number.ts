import type { RevisionList } from "@portcullis/control";
import { CliError } from "./cli-error.ts";
import { parseRevisionName } from "./revision-name.ts";

/** The number of a revision of the newest epoch: what comes back or goes further must be of it. Throws `CliError`. */
export function revisionNumberOf(name: string, { lineage, revisions }: RevisionList): number {
  const selector = parseRevisionName(name, lineage);
  const newest = revisions.at(-1);
  if (newest === undefined)
    throw new CliError("cli-nothing-published", "no revision was published yet; publish one with `portcullis publish`");
  if (selector === "newest") return newest.token.revision;
  const { epoch } = newest.token;
  if (selector.epoch === undefined || selector.epoch === epoch) return selector.revision;
  throw new CliError(
    "cli-usage",
    `"${name}" is of another epoch than the newest revision, which is of ${epoch}; publish the folder it came from`,
  );
}
