import type { Consistency } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { fromConsistencyMessage, toConsistencyMessage } from "./consistency-message.ts";
import { Consistency as ConsistencyMessage } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";

const token = { lineage: "policies", epoch: 2, revision: 7 };
const wishes: readonly Consistency[] = [
  { kind: "minimize-latency" },
  { kind: "at-least", token },
  { kind: "exactly", token },
  { kind: "fully-consistent" },
];

describe("fromConsistencyMessage", () => {
  it.each(wishes)("gives back $kind that went through bytes", (wish) => {
    const bytes = ConsistencyMessage.encode(toConsistencyMessage(wish)).finish();

    expect(fromConsistencyMessage(ConsistencyMessage.decode(bytes))).toEqual(wish);
  });

  it("takes no message for no wish", () => {
    expect(fromConsistencyMessage(undefined)).toBeUndefined();
  });

  it("refuses a requirement that it does not know, and a token that names no lineage", () => {
    // Field 9, which no version has yet.
    const unknown = ConsistencyMessage.decode(Uint8Array.from([0x4a, 0x00]));
    const exactly = { requirement: { $case: "exactly" as const, value: { ...token, lineage: "" } } };

    expect(() => fromConsistencyMessage(unknown)).toThrow(InvalidMessageError);
    expect(() => fromConsistencyMessage(exactly)).toThrow("consistency.exactly.lineage: is empty");
  });
});
