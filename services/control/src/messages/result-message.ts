import { fromRevisionTokenMessage, InvalidMessageError, toRevisionTokenMessage } from "@portcullis/wire";
import type { Refusal, PublishResult as ResultMessage } from "@portcullis/wire/policy";
import { notPublishedCodes, type PublishResult, refusalCodes } from "../publish-result.ts";
import { fromReportMessage, toReportMessage } from "./report-message.ts";
import { fromRevisionMessage, toRevisionMessage } from "./revision-message.ts";
import { wordOf } from "./words.ts";

export function toResultMessage(result: PublishResult): ResultMessage {
  return { outcome: toOutcome(result), report: result.report && toReportMessage(result.report) };
}

function toOutcome(result: PublishResult): NonNullable<ResultMessage["outcome"]> {
  switch (result.outcome) {
    case "published":
    case "unchanged":
      return { $case: result.outcome, value: toRevisionMessage(result.revision) };
    case "dry-run":
      return { $case: "dryRun", value: toRevisionTokenMessage(result.token) };
    case "conflict":
      return { $case: "conflict", value: toRevisionMessage(result.won) };
    case "refused":
      return { $case: "refused", value: toRefusal(result) };
    case "not-published":
      return { $case: "notPublished", value: toRefusal(result) };
    case "unknown":
      return { $case: "unknown", value: { token: toRevisionTokenMessage(result.token), digest: result.digest, message: result.message } };
    default:
      return result satisfies never;
  }
}

function toRefusal({ code, message }: Refusal): Refusal {
  return { code, message };
}

/** Throws `InvalidMessageError`. */
export function fromResultMessage({ outcome, report }: ResultMessage): PublishResult {
  return { ...fromOutcome(outcome), ...(report !== undefined && { report: fromReportMessage(report) }) };
}

function fromOutcome(outcome: ResultMessage["outcome"]): PublishResult {
  switch (outcome?.$case) {
    case "published":
    case "unchanged":
      return { outcome: outcome.$case, revision: fromRevisionMessage(outcome.value, "result.revision") };
    case "dryRun":
      return { outcome: "dry-run", token: fromRevisionTokenMessage(outcome.value, "result.dry_run") };
    case "conflict":
      return { outcome: "conflict", won: fromRevisionMessage(outcome.value, "result.conflict") };
    case "refused":
      return { outcome: "refused", code: wordOf(refusalCodes, outcome.value.code, "result.refused.code"), message: outcome.value.message };
    case "notPublished": {
      const { code, message } = outcome.value;
      return { outcome: "not-published", code: wordOf(notPublishedCodes, code, "result.not_published.code"), message };
    }
    case "unknown": {
      const { token, digest, message } = outcome.value;
      return { outcome: "unknown", token: fromRevisionTokenMessage(token, "result.unknown.token"), digest, message };
    }
    default:
      throw new InvalidMessageError("result", "names no outcome; both ends must speak the same version");
  }
}
