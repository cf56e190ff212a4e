import { describe, expect, it } from "vitest";
import { groupOf } from "./judged-object.ts";

describe("groupOf", () => {
  it("is what stands before the slash", () => {
    expect(["v1", "apps/v1", "example.com/v1beta1", ""].map(groupOf)).toEqual(["", "apps", "example.com", ""]);
  });
});
