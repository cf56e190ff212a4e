import { formatRevision } from "@portcullis/policy";
import type { PublishedRevision, SkippedEntry } from "@portcullis/policy-bus";
import { isJson, type RunCommand } from "../command-definition.ts";
import { counted } from "../counted.ts";
import { numberOption } from "../number-option.ts";
import { withAdministration } from "../open-administration.ts";
import { printable } from "../printable.ts";
import { describeAudience, describeMarks, revisionObject, shortDigest } from "../revision-words.ts";
import { type Cell, formatTable } from "../table.ts";
import { styled, type Terminal } from "../terminal.ts";

/** `portcullis revisions list`. */
export const revisionsList: RunCommand = ({ options }, terminal) => {
  const limit = numberOption(options, "limit") ?? 20;
  return withAdministration({ options, terminal, signs: "never" }, async (administration) => {
    const { revisions, skipped } = await administration.revisions();
    const shown = revisions.slice(-limit).toReversed();
    const lines = isJson(options)
      ? [...shown.map(revisionObject), ...skipped.map((entry) => ({ skipped: entry }))].map((object) => `${JSON.stringify(object)}\n`)
      : [describe(shown, revisions.length, terminal), ...skipped.map((entry) => describeSkipped(entry, terminal))];
    for (const line of lines) await terminal.print(line);
    return skipped.some(({ isAlarm }) => isAlarm) ? 1 : 0;
  });
};

function describe(shown: readonly PublishedRevision[], total: number, terminal: Terminal): string {
  if (total === 0) return "no revision was published yet\n";
  const header: Cell[] = ["REVISION", "PUBLISHED", "BY", "FOR", "POLICIES", ""];
  const rows = shown.map((revision, index): readonly Cell[] => {
    const { token, manifest } = revision;
    const name = formatRevision(token);
    return [
      index === 0 ? { text: name, style: "bold" } : name,
      manifest.publishedAt,
      printable(manifest.publisher),
      describeAudience(manifest.audience),
      shortDigest(manifest.bundle.digest),
      describeMarks(revision).join(", "),
    ];
  });
  const rest = total > shown.length ? `and ${counted(total - shown.length, "revision")} before; --limit ${total} shows all\n` : "";
  return formatTable([header, ...rows], terminal) + rest;
}

function describeSkipped({ position, code, detail, isAlarm }: SkippedEntry, terminal: Terminal): string {
  const kind = isAlarm ? styled(terminal, "red", "alarm") : styled(terminal, "yellow", "left out");
  return `${kind}: entry ${position} of the log is no revision: ${printable(detail)} (${code})\n`;
}
