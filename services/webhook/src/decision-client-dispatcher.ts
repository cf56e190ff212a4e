import { type Answer, type RevisionToken, type UndecidedCode, UndecidedError } from "@portcullis/policy";
import { type DecideItemAnswer, fromDecideResponse, InvalidMessageError, isAtLeast } from "@portcullis/wire";
import type { DecisionAddress } from "./decision-client-address.ts";
import type { Question } from "./decision-client-question.ts";
import type { DecisionStream } from "./decision-client-stream.ts";

export type ResendReason = "half-time" | "stream-lost" | "undecided";

export interface DispatcherOptions {
  readonly addresses: () => Iterable<DecisionAddress>;
  readonly onAnswer: (answer: Answer, address: string) => void;
  readonly onResend: (reason: ResendReason) => void;
  /** Most questions one stream holds unanswered. */
  readonly maxOutstanding: number;
}

// A question that ends every stream it is sent on must not take all replicas down in turn, for ever.
const maxSends = 5;

/** "Undecided" of one replica that another one may do better than. */
const isReplicaSpecific: Readonly<Record<UndecidedCode, boolean>> = {
  "undecided-no-policy": true,
  "undecided-behind": true,
  "undecided-overloaded": true,
  "undecided-unavailable": true,
  "undecided-deadline": false,
  "undecided-internal": false,
  "undecided-expired": true,
  "undecided-other-revision": true,
  "undecided-other-cluster": true,
};

/** Chooses whom to ask, and asks somebody else when that one fails, hangs, or does not know. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** Nobody could take them yet. */
  readonly #waiting = new Set<Question>();
  #turn = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Asks the best address, or the first that can take questions again. */
  ask(question: Question): void {
    const stream = this.#choose(question);
    if (stream === undefined) {
      this.#waiting.add(question);
      return;
    }
    this.#waiting.delete(question);
    this.#turn += 1;
    stream.askedAtTurn = this.#turn;
    stream.ask(question);
  }

  /** An address can take questions. */
  onOpen(): void {
    for (const question of [...this.#waiting]) this.ask(question);
  }

  /** Whoever has the question and has not answered may hang, so another one gets it too. */
  onHalfTime(question: Question): void {
    for (const stream of question.holders) stream.isSuspect = true;
    if (!this.#waiting.has(question) && this.#isLeft(question)) this.#askAgain(question, "half-time");
  }

  onDeadline(question: Question): void {
    const nobody = new UndecidedError("undecided-unavailable", "no decision service answered before the deadline");
    question.settle(question.lastUndecided ?? nobody);
    this.#waiting.delete(question);
  }

  onAnswer(question: Question, answer: DecideItemAnswer, stream: DecisionStream): void {
    const outcome = notBelow(question.atLeast, read(answer));
    if (!(outcome instanceof UndecidedError)) {
      this.#options.onAnswer(outcome, stream.address);
      question.settle(outcome);
      this.#waiting.delete(question);
    }
    if (question.isSettled || !(outcome instanceof UndecidedError)) return;
    question.lastUndecided = outcome;
    if (isReplicaSpecific[outcome.code] && this.#isLeft(question)) this.#askAgain(question, "undecided");
    else if (question.holders.size === 0 && !this.#waiting.has(question)) question.settle(outcome);
  }

  onLost(questions: readonly Question[]): void {
    for (const question of questions) {
      if (question.isSettled || question.holders.size > 0) continue;
      if (question.sends < maxSends) this.#askAgain(question, "stream-lost");
      else question.settle(new UndecidedError("undecided-unavailable", `${maxSends} streams ended while they held this question`));
    }
  }

  #askAgain(question: Question, reason: ResendReason): void {
    this.#options.onResend(reason);
    this.ask(question);
  }

  #choose(question: Question): DecisionStream | undefined {
    let best: DecisionStream | undefined;
    for (const { address, stream } of this.#options.addresses()) {
      if (stream === undefined || question.asked.has(address) || stream.outstanding >= this.#options.maxOutstanding) continue;
      if (best === undefined || isBetter(stream, best)) best = stream;
    }
    return best;
  }

  /** Whether there is an address that was not asked, be it connected or not. */
  #isLeft(question: Question): boolean {
    for (const { address } of this.#options.addresses()) if (!question.asked.has(address)) return true;
    return false;
  }
}

/**
 * Whoever owes an answer comes last. Questions of one turn of the event loop stay together for a while, since a message costs
 * more than what is in it; then the fewest unanswered questions count, then turns.
 */
function isBetter(a: DecisionStream, b: DecisionStream): boolean {
  if (a.isSuspect !== b.isSuspect) return b.isSuspect;
  if (a.hasOpenBatch !== b.hasOpenBatch) return a.hasOpenBatch;
  if (a.outstanding !== b.outstanding) return a.outstanding < b.outstanding;
  return a.askedAtTurn < b.askedAtTurn;
}

/** Whatever a replica says: what this front-end answered with once it never falls behind. */
function notBelow(wanted: RevisionToken | undefined, outcome: Answer | UndecidedError): Answer | UndecidedError {
  if (wanted === undefined || outcome instanceof UndecidedError || isAtLeast(outcome.decision.servedAt, wanted)) return outcome;
  return new UndecidedError("undecided-behind", "the decision service answered by an older revision than the one that was asked for");
}

function read({ response }: DecideItemAnswer): Answer | UndecidedError {
  try {
    return fromDecideResponse(response);
  } catch (cause) {
    if (!(cause instanceof InvalidMessageError)) throw cause;
    return new UndecidedError("undecided-internal", `the answer of the decision service makes no sense: ${cause.message}`, { cause });
  }
}
