import { describe, expect, it } from "vitest";
import { UndecidedError } from "./decide.ts";

describe("UndecidedError", () => {
  it("keeps code, sentence and cause apart", () => {
    const cause = new Error("socket closed");

    const error = new UndecidedError("undecided-unavailable", "no decision service answered", { cause });

    expect(error).toMatchObject({ name: "UndecidedError", code: "undecided-unavailable", message: "no decision service answered", cause });
  });
});
