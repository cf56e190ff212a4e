import { describe, expect, it } from "vitest";
import { generateNkeySeed, publicKeyOf, toConnectionIdentity } from "./nats-identity.ts";

describe("toConnectionIdentity", () => {
  it("takes answers where nobody else may, for a seed, for credentials and for a user", () => {
    const seed = generateNkeySeed();
    const credentials = `-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}-----\n`;
    const own = `_INBOX.${publicKeyOf(seed)}`;

    expect(toConnectionIdentity({ nkeySeed: seed })).toMatchObject({ inboxPrefix: own });
    expect(toConnectionIdentity({ credentials })).toMatchObject({ inboxPrefix: own });
    expect(toConnectionIdentity({ user: "a.b", password: "p" })).toEqual({ user: "a.b", pass: "p", inboxPrefix: "_INBOX.a%2eb" });
    expect(toConnectionIdentity({})).toEqual({ inboxPrefix: "_INBOX" });
  });

  it.each(["", "SU", `SA${"A".repeat(56)}`, `SU${"A".repeat(56)}`])("refuses %j without repeating it", (text) => {
    for (const identity of [{ nkeySeed: text }, { credentials: text }]) {
      expect(() => toConnectionIdentity(identity)).toThrow(
        expect.objectContaining({ code: "bus-credentials-invalid", message: expect.not.stringContaining("AAA") }),
      );
    }
  });
});
