import type { RevisionDetail } from "@portcullis/control";
import { type BundleFile, formatRevision } from "@portcullis/policy";
import { CliError } from "../cli-error.ts";
import { isJson, type RunCommand, textOption } from "../command-definition.ts";
import { counted } from "../counted.ts";
import { withAdministration } from "../open-administration.ts";
import { printable } from "../printable.ts";
import { parseRevisionName } from "../revision-name.ts";
import { describeAudience, describeMarks, revisionObject } from "../revision-words.ts";
import { formatTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";

/** `portcullis revisions show`. */
export const revisionsShow: RunCommand = ({ arguments: [name = "newest"], options }, terminal) =>
  withAdministration({ options, terminal, signs: "never" }, async (administration, lineage) => {
    const detail = await administration.show(parseRevisionName(name, lineage));
    const path = textOption(options, "file");
    if (path !== undefined) await terminal.print(textOf(fileOf(detail, path)));
    else await terminal.print(isJson(options) ? `${JSON.stringify(toObject(detail))}\n` : describe(detail, terminal));
    return 0;
  });

function fileOf({ revision, bundle }: RevisionDetail, path: string): BundleFile {
  const file = bundle.files.find((one) => one.path === path);
  if (file !== undefined) return file;
  throw new CliError(
    "cli-unreadable",
    `${formatRevision(revision.token)} holds no file "${path}"; \`portcullis revisions show\` names those it holds`,
  );
}

function textOf({ text, rest = [] }: BundleFile): string {
  return [text, ...rest].join("");
}

function sizedFiles({ bundle }: RevisionDetail): readonly { readonly path: string; readonly sizeBytes: number }[] {
  const sizeOf = ({ text, rest = [] }: BundleFile) => [text, ...rest].reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  return bundle.files.map((file) => ({ path: file.path, sizeBytes: sizeOf(file) }));
}

function toObject(detail: RevisionDetail): object {
  return { ...revisionObject(detail.revision), files: sizedFiles(detail) };
}

function describe(detail: RevisionDetail, terminal: Terminal): string {
  const { token, digest, position, manifest, signedBy } = detail.revision;
  const marks = describeMarks(detail.revision).map((mark) => ["", mark]);
  const files = sizedFiles(detail).map(({ path, sizeBytes }) => ["", printable(path), `${sizeBytes} bytes`]);
  return formatTable(
    [
      ["revision", `${formatRevision(token)}@${digest}`],
      ["", `revision ${token.revision} of epoch ${token.epoch} of "${token.lineage}", entry ${position} of the log`],
      ...marks,
      ["published", `${manifest.publishedAt} by ${printable(manifest.publisher)}`],
      ["for", describeAudience(manifest.audience)],
      ["signed by", signedBy.join(", ")],
      ["policies", `${manifest.bundle.digest}, ${manifest.bundle.sizeBytes} bytes in ${counted(files.length, "file")}`],
    ],
    terminal,
  ).concat(formatTable(files, terminal));
}
