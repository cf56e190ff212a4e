const firstSize = 64;

/**
 * Questions that wait for an answer, by the ids they were sent with. A table whose places are taken by the low bits of ids, since
 * a `Map` that is refilled for ever keeps what it held alive (see `Bag`).
 */
export class Outstanding<Question extends object> {
  #ids = new Uint32Array(firstSize);
  #questions = new Array<Question | undefined>(firstSize).fill(undefined);
  #size = 0;
  #lastId = 0;

  get size(): number {
    return this.#size;
  }

  /** Holds a question; returns the id it goes by: greater than every one before, but for four billion questions later. */
  add(question: Question): number {
    if (2 * this.#size >= this.#questions.length) this.#grow();
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#questions[this.#placeOf(this.#lastId)] !== undefined);
    this.#put(this.#lastId, question);
    return this.#lastId;
  }

  /** The question with this id, if it still waits. */
  get(id: number): Question | undefined {
    const place = this.#placeOf(id);
    return this.#ids[place] === id ? this.#questions[place] : undefined;
  }

  /** Takes a question out, if it is there. */
  take(id: number): Question | undefined {
    const question = this.get(id);
    if (question === undefined) return undefined;
    this.#questions[this.#placeOf(id)] = undefined;
    this.#size -= 1;
    return question;
  }

  /** Takes out all of them. */
  takeAll(): Question[] {
    const all = this.#questions.filter((question) => question !== undefined);
    this.#questions.fill(undefined);
    this.#size = 0;
    return all;
  }

  #placeOf(id: number): number {
    return id & (this.#questions.length - 1);
  }

  #put(id: number, question: Question): void {
    const place = this.#placeOf(id);
    this.#ids[place] = id;
    this.#questions[place] = question;
    this.#size += 1;
  }

  /** Ids with other low bits have other ones still when one more bit of them counts. */
  #grow(): void {
    const [ids, questions] = [this.#ids, this.#questions];
    this.#ids = new Uint32Array(2 * ids.length);
    this.#questions = new Array<Question | undefined>(2 * ids.length).fill(undefined);
    this.#size = 0;
    for (const [place, question] of questions.entries()) if (question !== undefined) this.#put(ids[place] ?? 0, question);
  }
}
