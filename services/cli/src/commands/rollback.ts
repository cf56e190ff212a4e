import type { RevisionList } from "@portcullis/control";
import type { PublishedRevision } from "@portcullis/policy-bus";
import { CliError } from "../cli-error.ts";
import { type RunCommand, textOption } from "../command-definition.ts";
import { revisionNumberOf } from "../revision-number.ts";
import { audienceOf, runPublishing } from "../run-publishing.ts";

/** `portcullis rollback`. */
export const rollback: RunCommand = ({ options }, terminal) =>
  runPublishing({ options, terminal }, async ({ administration, request }) => {
    const known = await administration.revisions();
    const newest = newestOf(known);
    const name = textOption(options, "to");
    const to = name === undefined ? earlierContent(known, newest) : revisionNumberOf(name, known);
    // What was looked at is what is undone: a revision that comes meanwhile is a conflict.
    return administration.rollback({ base: newest.token, ...request, to, audience: audienceOf(options) ?? newest.manifest.audience });
  });

function newestOf({ revisions }: RevisionList): PublishedRevision {
  const newest = revisions.at(-1);
  if (newest !== undefined) return newest;
  throw new CliError("cli-nothing-published", "no revision was published yet; publish one with `portcullis publish`");
}

/** A wave or a rotation of keys publishes the same once more: going back to it would change nothing. */
function earlierContent({ revisions }: RevisionList, { token, manifest }: PublishedRevision): number {
  const earlier = revisions.findLast((one) => one.token.epoch === token.epoch && one.manifest.bundle.digest !== manifest.bundle.digest);
  if (earlier !== undefined) return earlier.token.revision;
  throw new CliError("cli-nothing-published", "no revision of this epoch held other policies; name one with --to, or publish a folder");
}
