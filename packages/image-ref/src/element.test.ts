import { describe, expect, it } from "vitest";
import { element } from "./element.ts";

describe("element", () => {
  it("is what stands at the index", () => {
    expect(element(["a", "b"], 1)).toBe("b");
  });

  it("throws where a caller left the bounds, which is a mistake of ours", () => {
    expect(() => element(["a"], 1)).toThrow(RangeError);
  });
});
