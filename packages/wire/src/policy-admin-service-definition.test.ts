import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyAdminServiceDefinition } from "./policy-admin-service-definition.ts";
import { messageOf } from "./received.ts";

describe("policyAdminServiceDefinition", () => {
  it.each(Object.values(policyAdminServiceDefinition))("reads any bytes without throwing: $path", ({ requestDeserialize }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const received = requestDeserialize(Buffer.from(bytes));

        expect(["message", "problem"]).toContain(Object.keys(received).join());
      }),
    );
  });

  it("reports a message that ends in the middle of a field", () => {
    const received = policyAdminServiceDefinition.rollback.requestDeserialize(Buffer.from([0x12, 0x05, 0x01]));

    expect(() => messageOf(received)).toThrow("message: is not protobuf of this service");
  });
});
