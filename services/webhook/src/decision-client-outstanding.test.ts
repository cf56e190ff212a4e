import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outstanding } from "./decision-client-outstanding.ts";

describe("Outstanding", () => {
  it("holds by id what a map would, whatever is answered and in whatever order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant("ask" as const), fc.nat({ max: 400 })), { maxLength: 400 }), (steps) => {
        const outstanding = new Outstanding<{ readonly id?: number }>();
        const map = new Map<number, object>();

        for (const step of steps) {
          const question = {};
          if (step === "ask") map.set(outstanding.add(question), question);
          else {
            expect(outstanding.get(step)).toBe(map.get(step));
            expect(outstanding.take(step)).toBe(map.get(step));
            map.delete(step);
          }
          expect(outstanding.size).toBe(map.size);
        }

        expect(new Set(outstanding.takeAll())).toEqual(new Set(map.values()));
        expect(outstanding.size).toBe(0);
      }),
    );
  });

  it("gives ids that grow, and leaves out those that would take the place of a question nobody answers", () => {
    const outstanding = new Outstanding<object>();
    const stuck = {};
    const stuckId = outstanding.add(stuck);
    let last = stuckId;

    for (let count = 0; count < 1_000; count++) {
      const id = outstanding.add({});
      expect(id).toBeGreaterThan(last);
      outstanding.take(id);
      last = id;
    }

    expect(outstanding.get(stuckId)).toBe(stuck);
    expect(outstanding.size).toBe(1);
  });
});
