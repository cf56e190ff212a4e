import { type Answer, type DecideContext, type RevisionToken, UndecidedError } from "@portcullis/policy";
import { sizeOfWorkloadMessage, toConsistencyMessage, type WorkloadMessage } from "@portcullis/wire";
import type { BagItem } from "./bag.ts";

/** Something a question was sent to. */
export interface QuestionHolder {
  /** An answer is overdue. */
  isSuspect: boolean;
}

export interface QuestionEvents {
  /** Half of the time is over without an answer. */
  readonly onHalfTime: (question: Question) => void;
  /** The time is over. */
  readonly onDeadline: (question: Question) => void;
  /** There is an outcome. */
  readonly onSettled: (question: Question) => void;
}

/** One workload on its way to a decision: where it was sent, and the first answer, which wins. */
export class Question implements BagItem {
  place = -1;
  readonly workload: WorkloadMessage;
  readonly traceparent: string;
  readonly consistency: ReturnType<typeof toConsistencyMessage> | undefined;
  /** In milliseconds of the monotonic clock. */
  readonly deadlineMs: number;
  /** On the wire, or somewhat more. */
  readonly sizeBytes: number;
  readonly answered: Promise<Answer>;
  /** Addresses that were asked; one whose stream failed may be asked again. */
  readonly asked = new Set<string>();
  /** How often it was sent, over all addresses. */
  sends = 0;
  /** Streams that were sent it, or are about to, and have neither answered nor ended. */
  readonly holders = new Set<QuestionHolder>();
  /** "Answer at least as new as this", as it was sent last: an older answer is none. */
  atLeast: RevisionToken | undefined;
  /** The last "undecided" of an address that another one may do better than. */
  lastUndecided: UndecidedError | undefined;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: UndecidedError) => void;
  #timer: NodeJS.Timeout;
  #isSettled = false;
  readonly #onSettled: QuestionEvents["onSettled"];

  constructor(workload: WorkloadMessage, context: Omit<DecideContext, "atLeast">, timers: QuestionEvents) {
    this.workload = workload;
    this.traceparent = context.traceparent ?? "";
    this.consistency = context.consistency === undefined ? undefined : toConsistencyMessage(context.consistency);
    this.deadlineMs = context.deadlineMs;
    this.sizeBytes = sizeOfWorkloadMessage(workload);
    this.#onSettled = timers.onSettled;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.answered = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => timers.onDeadline(this), this.remainingMs());
      timers.onHalfTime(this);
    }, this.remainingMs() / 2);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  remainingMs(): number {
    return Math.max(0, this.deadlineMs - performance.now());
  }

  /** The first outcome stays; later ones are ignored. */
  settle(outcome: Answer | UndecidedError): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#onSettled(this);
    if (outcome instanceof UndecidedError) this.#reject(outcome);
    else this.#resolve(outcome);
  }
}
