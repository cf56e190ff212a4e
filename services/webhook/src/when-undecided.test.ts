import { UndecidedError, undecidedCodes } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { undecidedModes, whenUndecided } from "./when-undecided.ts";

describe("whenUndecided", () => {
  it.each(undecidedModes)("answers as the path is configured: %s", (mode) => {
    const error = new UndecidedError("undecided-deadline", "no answer in time");

    const undecided = whenUndecided(error, mode);

    expect(undecided).toEqual({ outcome: mode, error, isUnexpected: false });
  });

  it.each(undecidedModes)("asks an overloaded caller to come again, whatever the mode (%s)", (mode) => {
    const undecided = whenUndecided(new UndecidedError("undecided-overloaded", "too many reviews"), mode);

    expect(undecided.outcome).toBe("retry");
  });

  it.each([new TypeError("x is not a function"), "a string", undefined, null, { code: "undecided-deadline" }, 0])(
    "never allows when something unexpected is thrown (%s)",
    (thrown) => {
      const outcomes = undecidedModes.map((mode) => whenUndecided(thrown, mode));

      expect(outcomes.map(({ outcome }) => outcome)).toEqual(["deny", "deny", "defer"]);
      expect(outcomes.every(({ error, isUnexpected }) => isUnexpected && error.code === "undecided-internal")).toBe(true);
      expect(outcomes[0]?.error.cause).toBe(thrown);
    },
  );

  it("defaults no code to allow: deny stays deny for each", () => {
    const outcomes = undecidedCodes.map((code) => whenUndecided(new UndecidedError(code, "…"), "deny").outcome);

    expect(outcomes.filter((outcome) => outcome !== "retry").every((outcome) => outcome === "deny")).toBe(true);
  });
});
