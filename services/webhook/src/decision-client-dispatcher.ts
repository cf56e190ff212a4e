import { type Answer, type UndecidedCode, UndecidedError } from "@portcullis/policy";
import { type DecideItemAnswer, fromDecideResponse, InvalidMessageError } from "@portcullis/wire";
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
};

/** Chooses whom to ask, and asks somebody else when that one fails, hangs, or does not know. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #waiting: Question[] = [];
  #turn = 0;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Asks the best address, or as soon as there is one. */
  ask(question: Question): void {
    const stream = this.#choose(question);
    if (stream !== undefined) {
      stream.ask(question);
    } else if (!question.isWaiting) {
      question.isWaiting = true;
      this.#waiting.push(question);
    }
  }

  /** An address can take questions. */
  onOpen(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const question of waiting) {
      question.isWaiting = false;
      if (!question.isSettled) this.ask(question);
    }
  }

  /** Whoever has the question and has not answered may hang, so another one gets it too. */
  onHalfTime(question: Question): void {
    for (const stream of question.holders) stream.isSuspect = true;
    if (!question.isWaiting && this.#isLeft(question)) this.#askAgain(question, "half-time");
  }

  onDeadline(question: Question): void {
    const nobody = new UndecidedError("undecided-unavailable", "no decision service answered before the deadline");
    question.settle(question.lastUndecided ?? nobody);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== question);
  }

  onAnswer(question: Question, answer: DecideItemAnswer, stream: DecisionStream): void {
    const outcome = read(answer);
    if (!(outcome instanceof UndecidedError)) {
      this.#options.onAnswer(outcome, stream.address);
      question.settle(outcome);
    }
    if (question.isSettled || !(outcome instanceof UndecidedError)) return;
    question.lastUndecided = outcome;
    if (isReplicaSpecific[outcome.code] && this.#isLeft(question)) this.#askAgain(question, "undecided");
    else if (question.holders.size === 0 && !question.isWaiting) question.settle(outcome);
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

  /** Least outstanding first, and whoever owes an answer last; equals take turns. */
  #choose(question: Question): DecisionStream | undefined {
    const streams = [...this.#options.addresses()].flatMap(({ stream }) => stream ?? []);
    const able = streams.filter(({ address, outstanding }) => !question.asked.has(address) && outstanding < this.#options.maxOutstanding);
    this.#turn += 1;
    const turned = able.map((_, index) => able[(index + this.#turn) % able.length]).filter((stream) => stream !== undefined);
    return turned.reduce<DecisionStream | undefined>(
      (best, stream) => (best === undefined || isBetter(stream, best) ? stream : best),
      undefined,
    );
  }

  /** Whether there is an address that was not asked, be it connected or not. */
  #isLeft(question: Question): boolean {
    for (const { address } of this.#options.addresses()) if (!question.asked.has(address)) return true;
    return false;
  }
}

function isBetter(a: DecisionStream, b: DecisionStream): boolean {
  if (a.isSuspect !== b.isSuspect) return b.isSuspect;
  return a.outstanding < b.outstanding;
}

function read({ response }: DecideItemAnswer): Answer | UndecidedError {
  try {
    return fromDecideResponse(response);
  } catch (cause) {
    if (!(cause instanceof InvalidMessageError)) throw cause;
    return new UndecidedError("undecided-internal", `the answer of the decision service makes no sense: ${cause.message}`, { cause });
  }
}
