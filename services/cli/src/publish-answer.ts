import type { PublishResult } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import { isJson, type OptionValues } from "./command-definition.ts";
import { printable } from "./printable.ts";
import { describeReport } from "./publish-report-words.ts";
import { describeAudience, describeMarks, revisionObject, shortDigest } from "./revision-words.ts";
import { type ExitStatus, styled, type Terminal } from "./terminal.ts";

export interface AnswerOptions {
  readonly options: OptionValues;
  readonly terminal: Terminal;
  /** What stands in the object for programs too. */
  readonly extra?: object;
}

/** Prints what became of a change, and returns the exit status that says it. What is no answer goes to standard error. */
export async function answerPublish(result: PublishResult, { options, terminal, extra = {} }: AnswerOptions): Promise<ExitStatus> {
  const status = exitStatusOf(result);
  if (isJson(options)) {
    await terminal.print(`${JSON.stringify({ ...extra, ...resultObject(result) })}\n`);
    return status;
  }
  if (result.report !== undefined) await terminal.print(describeReport(result.report, terminal));
  const text = describeResult(result, terminal);
  if (status === 2) terminal.printError(`portcullis: ${text}\n`);
  else await terminal.print(`${text}\n`);
  return status;
}

/** What is wrong with the policies is an answer; what is wrong with the question is none. */
const findingCodes: readonly string[] = ["control-policies-invalid", "control-holes-open", "control-cases-failed"];

function exitStatusOf(result: PublishResult): ExitStatus {
  switch (result.outcome) {
    case "published":
    case "unchanged":
    case "dry-run":
      return 0;
    case "conflict":
      return 1;
    case "refused":
      return findingCodes.includes(result.code) ? 1 : 2;
    case "not-published":
    case "unknown":
      return 2;
    default:
      return result satisfies never;
  }
}

function resultObject(result: PublishResult): object {
  switch (result.outcome) {
    case "published":
    case "unchanged":
      return { ...result, revision: revisionObject(result.revision) };
    case "conflict":
      return { ...result, won: revisionObject(result.won) };
    case "unknown":
      return { ...result, code: "cli-publish-unknown" };
    default:
      return result;
  }
}

function describeResult(result: PublishResult, terminal: Terminal): string {
  switch (result.outcome) {
    case "published": {
      const { token, manifest, position, signedBy } = result.revision;
      const name = styled(terminal, "green", formatRevision(token));
      const marks = describeMarks(result.revision).map((mark) => `, ${mark}`);
      const place = `revision ${token.revision} of epoch ${token.epoch}, entry ${position} of the log`;
      const signers = signedBy.map(shortDigest).join(", ");
      return `published ${name} for ${describeAudience(manifest.audience)}${marks.join("")}\n  ${place}, signed by ${signers}`;
    }
    case "unchanged": {
      const { token, manifest } = result.revision;
      return `nothing to publish: ${formatRevision(token)} says the same for ${describeAudience(manifest.audience)}`;
    }
    case "dry-run":
      return `would be published as ${formatRevision(result.token)}; nothing was written`;
    case "conflict": {
      const { token, manifest } = result.won;
      const name = styled(terminal, "yellow", formatRevision(token));
      const won = `${name} came first, by ${printable(manifest.publisher)} at ${manifest.publishedAt}`;
      return `nothing was published: ${won}; \`portcullis revisions show ${formatRevision(token)}\` shows it: publish again if yours is still meant`;
    }
    case "refused":
    case "not-published":
      return `nothing was published: ${result.message} (${result.code})`;
    case "unknown": {
      const { token, digest, message } = result;
      const find = `\`portcullis revisions list\` shows it, with digest ${shortDigest(digest)}, if it was; publishing again is safe`;
      return `it is not known whether ${formatRevision(token)} was published: ${message}; ${find} (cli-publish-unknown)`;
    }
    default:
      return result satisfies never;
  }
}
