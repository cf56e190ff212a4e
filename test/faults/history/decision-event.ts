import { type Answer, type Consistency, type RevisionToken, UndecidedError } from "@portcullis/policy";
import type { DecisionEvent } from "./history-event.ts";

/** What was asked, and whom. */
export interface Question {
  readonly replica: string | null;
  readonly cluster: string;
  readonly session: string | null;
  readonly images: readonly string[];
  readonly pair: number | null;
  readonly consistency: Consistency;
}

export interface AnsweredAt {
  readonly sentAt: number;
  readonly at: number;
}

/** An answer, or why there is none, as an event. Rethrows what is no `UndecidedError`. */
export function toDecisionEvent(question: Question, answer: Answer | UndecidedError, times: AnsweredAt): DecisionEvent {
  const { replica, cluster, session, images, pair, consistency } = question;
  const asked = "token" in consistency ? { mode: consistency.kind, token: consistency.token } : { mode: consistency.kind };
  const base = { kind: "decision", ...times, replica, session, cluster, images, asked, pair } as const;
  if (answer instanceof UndecidedError) {
    const undecided = { verdict: "undecided", code: answer.code, denied: [], servedAt: null, stalenessMs: 0 } as const;
    return { ...base, ...undecided, isDegraded: true, isExpired: answer.code === "undecided-expired" };
  }
  const { decision, stalenessMs, degraded } = answer;
  const denials = decision.verdict === "deny" ? decision.denials : [];
  return {
    ...base,
    verdict: decision.verdict,
    code: null,
    denied: denials.map(({ image }) => image),
    servedAt: decision.servedAt satisfies RevisionToken,
    stalenessMs,
    isDegraded: degraded,
    isExpired: denials.some(({ rule }) => rule === "policy-expired"),
  };
}
