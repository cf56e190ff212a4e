import { describe, expect, it } from "vitest";
import { checkBusIdentity } from "./bus-settings.ts";

describe("checkBusIdentity", () => {
  const identity = { policySet: "default", tls: {} };

  it.each([
    {},
    { nkeyFile: "a" },
    { credentialsFile: "a" },
    { user: "a", passwordFile: "b" },
    { tls: { caFile: "a", certFile: "b", keyFile: "c" } },
  ])("takes one identity, or none: %j", (given) => {
    expect(checkBusIdentity({ ...identity, ...given })).toEqual([]);
  });

  it.each([
    ["bus.tls.certFile", { tls: { certFile: "a" } }],
    ["bus.user", { passwordFile: "a" }],
    ["bus.user", { nkeyFile: "a", credentialsFile: "b" }],
  ])("reports %s", (key, given) => {
    expect(checkBusIdentity({ ...identity, ...given }).map((problem) => problem.key)).toEqual([key]);
  });
});
