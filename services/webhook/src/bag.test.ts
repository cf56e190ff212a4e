import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bag } from "./bag.ts";

interface Thing {
  place: number;
  readonly name: string;
}

const thing = (name: string): Thing => ({ place: -1, name });

function contentsOf(bag: Bag<Thing>): readonly Thing[] {
  const found: Thing[] = [];
  bag.forEach((item) => {
    found.push(item);
  });
  return found;
}

function step(bag: Bag<Thing>, set: Set<Thing>, item: Thing, isAdd: boolean): void {
  if (!isAdd) expect(bag.delete(item)).toBe(set.delete(item));
  else if (!set.has(item)) {
    bag.add(item);
    set.add(item);
  }
}

describe("Bag", () => {
  it("holds what a set would, whatever comes and goes", () => {
    const steps = fc.array(fc.record({ isAdd: fc.boolean(), at: fc.nat({ max: 5 }) }));
    fc.assert(
      fc.property(steps, (taken) => {
        const things = ["a", "b", "c", "d", "e", "f"].map(thing);
        const bag = new Bag<Thing>();
        const set = new Set<Thing>();

        for (const { isAdd, at } of taken) step(bag, set, things[at] ?? thing("none"), isAdd);

        expect(new Set(contentsOf(bag))).toEqual(set);
        expect(bag.size).toBe(set.size);
      }),
    );
  });

  it("visits nothing that a visit before took out, and everything else once", () => {
    const bag = new Bag<Thing>();
    const [a, b, c] = [thing("a"), thing("b"), thing("c")];
    for (const each of [a, b, c]) bag.add(each);
    const visited: string[] = [];

    bag.forEach(({ name }) => {
      visited.push(name);
      bag.delete(a);
      bag.delete(c);
    });

    expect(visited).toEqual(["a", "b"]);
    expect(contentsOf(bag)).toEqual([b]);
  });

  it("does not give away what lies in another bag", () => {
    const [bag, other] = [new Bag<Thing>(), new Bag<Thing>()];
    const [mine, yours] = [thing("mine"), thing("yours")];
    bag.add(mine);
    other.add(yours);

    expect(bag.delete(yours)).toBe(false);
    expect(contentsOf(bag)).toEqual([mine]);
  });
});
