import type { Answer, Decision, Finding } from "@portcullis/policy";
import { UndecidedError } from "@portcullis/policy";
import { fromUndecidedMessage, toUndecidedMessage } from "./error-status.ts";
import { fromFindingMessages, toFindingMessages } from "./finding-message.ts";
import type { DecideResponse, Deny } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { fromRevisionTokenMessage, toRevisionTokenMessage } from "./revision-token-message.ts";

const maxUint32 = 0xffff_ffff;

/** An answer, or why there is none, as it travels. Milliseconds are cut to whole ones, so that no bound grows on the way. */
export function toDecideResponse(outcome: Answer | UndecidedError): DecideResponse {
  return outcome instanceof UndecidedError ? toUndecidedResponse(outcome) : toAnswerResponse(outcome);
}

/** Throws `InvalidMessageError` for what is neither verdict nor undecided, and for a denial without a finding. */
export function fromDecideResponse(message: DecideResponse | undefined): Answer | UndecidedError {
  const outcome = message?.outcome;
  if (message === undefined || outcome === undefined) throw new InvalidMessageError("outcome", "is missing");
  if (outcome.$case === "undecided") return fromUndecidedMessage(outcome.value);
  if (message.decisionId === "") throw new InvalidMessageError("decision_id", "is empty");
  return {
    decision: fromVerdict(message, outcome.$case === "deny" ? outcome.value : undefined),
    decisionId: message.decisionId,
    cacheTtlMs: message.cacheTtlMs,
    stalenessMs: message.stalenessMs,
    degraded: message.degraded,
  };
}

function toUndecidedResponse(error: UndecidedError): DecideResponse {
  return {
    outcome: { $case: "undecided", value: toUndecidedMessage(error) },
    decisionId: "",
    servedAt: undefined,
    cacheTtlMs: 0,
    stalenessMs: 0,
    degraded: false,
    warnings: [],
    audited: [],
  };
}

function toAnswerResponse({ decision, decisionId, cacheTtlMs, stalenessMs, degraded }: Answer): DecideResponse {
  return {
    outcome:
      decision.verdict === "deny"
        ? { $case: "deny", value: { findings: toFindingMessages(decision.denials) } }
        : { $case: "allow", value: {} },
    decisionId,
    servedAt: toRevisionTokenMessage(decision.servedAt),
    cacheTtlMs: wholeMilliseconds(cacheTtlMs),
    stalenessMs: wholeMilliseconds(stalenessMs),
    degraded,
    warnings: toFindingMessages(decision.warnings),
    audited: toFindingMessages(decision.audited),
  };
}

function wholeMilliseconds(value: number): number {
  return Math.max(0, Math.min(Math.floor(value), maxUint32));
}

function fromVerdict(message: DecideResponse, deny: Deny | undefined): Decision {
  const judged = {
    servedAt: fromRevisionTokenMessage(message.servedAt, "served_at"),
    warnings: fromFindingMessages(message.warnings, "warnings"),
    audited: fromFindingMessages(message.audited, "audited"),
  };
  if (deny === undefined) return { verdict: "allow", ...judged };
  return { verdict: "deny", denials: fromDenials(deny), ...judged };
}

function fromDenials(deny: Deny): readonly [Finding, ...Finding[]] {
  const [first, ...others] = fromFindingMessages(deny.findings, "deny.findings");
  if (first === undefined) throw new InvalidMessageError("deny.findings", "is empty");
  return [first, ...others];
}
