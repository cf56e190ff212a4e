import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planStreams, statusSubject, toSubjectToken } from "./stream-plan.ts";

describe("planStreams", () => {
  it.each(["", "Prod", "a.b", "a*", "a>", "a b", "x".repeat(65)])("refuses the policy set %j", (policySet) => {
    expect(() => planStreams(policySet)).toThrow(expect.objectContaining({ code: "bus-name-invalid" }));
  });
});

describe("toSubjectToken", () => {
  it("is one token without wildcards, and another one for every name", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ minLength: 1, unit: "grapheme" }), (one, other) => {
        expect(toSubjectToken(one)).toMatch(/^[A-Za-z0-9_%-]+$/);
        expect(toSubjectToken(one) === toSubjectToken(other)).toBe(one === other);
      }),
    );
  });

  it("leaves usual names as they are", () => {
    expect(statusSubject(planStreams("default"), "eu-west", "decision-0")).toBe("portcullis.status.default.eu-west.decision-0");
  });
});
