import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionServiceDefinition } from "./decision-service-definition.ts";

describe("decisionServiceDefinition", () => {
  it("reads any bytes without throwing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const received = decisionServiceDefinition.decideStream.requestDeserialize(Buffer.from(bytes));

        expect(["message", "problem"]).toContain(Object.keys(received).join());
      }),
    );
  });

  it("reports a message that ends in the middle of a field", () => {
    const received = decisionServiceDefinition.decide.requestDeserialize(Buffer.from([0x0a, 0x05, 0x01]));

    expect(received).toMatchObject({ problem: { field: "message" } });
  });
});
