import type { Client, ClientDuplexStream, StatusObject } from "@grpc/grpc-js";
import type { RevisionToken } from "@portcullis/policy";
import {
  type DecideItem,
  type DecideItemAnswer,
  type DecideStreamRequest,
  type DecideStreamResponse,
  DecisionServiceService,
  maxItemsPerMessage,
  toRevisionTokenMessage,
} from "@portcullis/wire";
import { Outstanding } from "./decision-client-outstanding.ts";
import type { Question } from "./decision-client-question.ts";

export interface StreamEvents {
  /** What this front-end has seen already and must not fall behind. */
  readonly atLeast: (address: string) => RevisionToken | undefined;
  /** The question may be settled already. */
  readonly onAnswer: (question: Question, answer: DecideItemAnswer, stream: DecisionStream) => void;
  /** The server takes no more on this stream; what it was sent it answers. */
  readonly onDraining: (stream: DecisionStream, mayReconnect: boolean) => void;
  /** The stream is over; `lost` were neither answered nor will be. */
  readonly onEnd: (stream: DecisionStream, lost: readonly Question[], status: StatusObject) => void;
}

// Well below the limit of a message, so that what was estimated may be somewhat more.
const maxBatchBytes = 4 * 1024 * 1024;

// Few enough that a burst still reaches every replica.
const shortBatchItems = 16;

/** One DecideStream to one address. What is asked in one turn of the event loop leaves as one message. */
export class DecisionStream {
  readonly address: string;
  isDraining = false;
  /** An answer is overdue; cleared by the next answer, whichever question it is for. */
  isSuspect = false;
  /** Grows with every question of this front-end; equals take turns by it. */
  askedAtTurn = 0;
  readonly #call: ClientDuplexStream<DecideStreamRequest, DecideStreamResponse>;
  readonly #events: StreamEvents;
  readonly #unanswered = new Outstanding<Question>();
  #queue: number[] = [];
  #isFlushing = false;
  #isBlocked = false;
  /** Ids leave in order. */
  #lastSentId = 0;

  constructor(client: Client, address: string, events: StreamEvents) {
    const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decideStream;
    this.address = address;
    this.#events = events;
    this.#call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#call.on("data", (response: DecideStreamResponse) => this.#receive(response));
    // Every end comes with a status; an error says nothing beyond it.
    this.#call.on("error", () => undefined);
    this.#call.on("status", (status: StatusObject) => this.#end(status));
    this.#call.on("drain", () => {
      this.#isBlocked = false;
      this.#flushLater();
    });
  }

  /** Questions that were asked here and not answered, settled elsewhere or not: a server that hangs keeps them. */
  get outstanding(): number {
    return this.#unanswered.size;
  }

  /** A message leaves at the end of this turn of the event loop, and is still short. */
  get hasOpenBatch(): boolean {
    return this.#queue.length > 0 && this.#queue.length < shortBatchItems && !this.#isBlocked;
  }

  ask(question: Question): void {
    this.#queue.push(this.#unanswered.add(question));
    question.asked.add(this.address);
    question.sends += 1;
    question.holders.add(this);
    this.#flushLater();
  }

  /** Sends nothing any more; the server answers what it has and ends the stream. */
  halfClose(): void {
    this.isDraining = true;
    this.#flush();
  }

  cancel(): void {
    this.#call.cancel();
  }

  #flushLater(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#queue.length > 0 && !this.#isBlocked) {
      const items = this.#nextBatch();
      if (items.length > 0) this.#isBlocked = !this.#call.write({ items });
    }
    if (this.isDraining && this.#queue.length === 0 && !this.#call.writableEnded) this.#call.end();
  }

  #nextBatch(): DecideItem[] {
    const items: DecideItem[] = [];
    const token = this.#events.atLeast(this.address);
    const atLeast = token === undefined ? undefined : toRevisionTokenMessage(token);
    let bytes = 0;
    let taken = 0;
    for (const id of this.#queue) {
      const question = this.#unanswered.get(id);
      if (question !== undefined && !question.isSettled) {
        bytes += question.sizeBytes;
        if (items.length > 0 && (bytes > maxBatchBytes || items.length >= maxItemsPerMessage)) break;
        const { workload, traceparent, consistency } = question;
        question.atLeast = token;
        items.push({ id, workload, traceparent, timeoutMs: Math.ceil(question.remainingMs()), atLeast, consistency });
      } else {
        // Settled before it left: nobody waits for it.
        this.#unanswered.take(id);
        question?.holders.delete(this);
      }
      taken += 1;
      this.#lastSentId = id;
    }
    this.#queue = this.#queue.slice(taken);
    return items;
  }

  #receive({ answers, draining }: DecideStreamResponse): void {
    // Whoever answers what was not asked counts wrongly: none of his answers can be trusted to be for its question.
    if (answers.some(({ id }) => id > this.#lastSentId)) {
      this.cancel();
      return;
    }
    if (answers.length > 0) this.isSuspect = false;
    for (const answer of answers) {
      const question = this.#unanswered.take(answer.id);
      if (question === undefined) continue;
      question.holders.delete(this);
      this.#events.onAnswer(question, answer, this);
    }
    if (draining !== undefined && !this.isDraining) {
      this.isDraining = true;
      this.#flushLater();
      this.#events.onDraining(this, draining.mayReconnect);
    }
  }

  #end(status: StatusObject): void {
    const lost = this.#unanswered.takeAll();
    this.#queue = [];
    for (const question of lost) {
      question.holders.delete(this);
      question.asked.delete(this.address);
    }
    this.#events.onEnd(this, lost, status);
  }
}
