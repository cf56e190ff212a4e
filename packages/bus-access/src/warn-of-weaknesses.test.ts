import { memoryRevisionLog, RevisionLogError } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { warnOfWeaknesses } from "./warn-of-weaknesses.ts";

function recorded() {
  const warnings: (readonly [object, string])[] = [];
  return { warnings, warn: (fields: object, message: string) => void warnings.push([fields, message]) };
}

describe("warnOfWeaknesses", () => {
  it("names each weakness that the bus has", async () => {
    const { warnings, warn } = recorded();

    await warnOfWeaknesses(memoryRevisionLog(), warn);

    expect(warnings).toEqual([[expect.objectContaining({ code: "bus-in-memory" }), "the bus is weaker than it should be"]]);
  });

  it("says that it could not be checked, but not of a bus that was closed meanwhile", async () => {
    const { warnings, warn } = recorded();
    const problem = new RevisionLogError("bus-unavailable", "no connection");
    const failing = (error: Error) => ({ selfCheck: () => Promise.reject(error) });

    await warnOfWeaknesses(failing(problem), warn);
    await warnOfWeaknesses(failing(new RevisionLogError("bus-closed", "closed")), warn);

    expect(warnings).toEqual([[{ err: problem }, "the bus cannot be checked now"]]);
  });
});
