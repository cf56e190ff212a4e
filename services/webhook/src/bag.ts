/** Something that can lie in one bag at a time. */
export interface BagItem {
  /** Where it lies; -1 outside. Only the bag writes it. */
  place: number;
}

/**
 * A set without order, for what comes and goes with every review. A `Set` that is refilled for ever leaves its old tables behind,
 * each of which keeps the next one and what stood in it alive until a full collection: every review was copied to the old
 * generation, which cost 7 µs.
 */
export class Bag<Item extends BagItem> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Of an item that lies in no bag. */
  add(item: Item): void {
    item.place = this.#items.push(item) - 1;
  }

  /** False: it was not in here. */
  delete(item: Item): boolean {
    const { place } = item;
    if (this.#items[place] !== item) return false;
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#items[place] = last;
      last.place = place;
    }
    item.place = -1;
    return true;
  }

  /** Visits what lies in here now; `visit` may take any item out. */
  forEach(visit: (item: Item) => void): void {
    for (const item of [...this.#items]) if (this.#items[item.place] === item) visit(item);
  }
}
