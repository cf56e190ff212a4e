import { status } from "@grpc/grpc-js";
import { UndecidedError, undecidedCodes } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { fromErrorStatus, toErrorStatus } from "./error-status.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";

describe("toErrorStatus", () => {
  it.each(undecidedCodes)("gives %s a status that means the same on the other side", (code) => {
    expect(fromErrorStatus(toErrorStatus(new UndecidedError(code, "why")))).toMatchObject({ code });
  });

  it("says INVALID_ARGUMENT and where for a message that says nothing", () => {
    expect(toErrorStatus(new InvalidMessageError("workload.via", "unknown value 9"))).toEqual({
      code: status.INVALID_ARGUMENT,
      details: "workload.via: unknown value 9",
    });
  });

  it("keeps the text of a programming mistake to itself", () => {
    const { code, details } = toErrorStatus(new TypeError("secret path /etc/x"));

    expect(code).toBe(status.INTERNAL);
    expect(details).not.toContain("secret");
  });
});

describe("fromErrorStatus", () => {
  it("never reads a verdict out of any status", () => {
    for (let code = -1; code < 20; code++) expect(fromErrorStatus({ code, details: "" })).toBeInstanceOf(UndecidedError);
  });
});
