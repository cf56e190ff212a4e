import { formatRevision } from "@portcullis/policy";
import { isJson, type RunCommand } from "../command-definition.ts";
import { describeDifference } from "../difference-words.ts";
import { withAdministration } from "../open-administration.ts";
import { parseRevisionName } from "../revision-name.ts";
import { revisionObject } from "../revision-words.ts";

/** `portcullis revisions diff`. */
export const revisionsDiff: RunCommand = ({ arguments: [first = "", second = "newest"], options }, terminal) =>
  withAdministration({ options, terminal, signs: "never" }, async (administration, lineage) => {
    const compared = await administration.diff(parseRevisionName(first, lineage), parseRevisionName(second, lineage));
    const { before, after, difference } = compared;
    if (isJson(options)) {
      await terminal.print(`${JSON.stringify({ before: revisionObject(before), after: revisionObject(after), difference })}\n`);
      return 0;
    }
    const lines = describeDifference(difference, terminal);
    const names = `${formatRevision(before.token)} to ${formatRevision(after.token)}`;
    await terminal.print(lines.length === 0 ? `${names}: no difference\n` : `${names}:\n${lines.map((line) => `  ${line}\n`).join("")}`);
    return 0;
  });
