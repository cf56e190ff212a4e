import { describe, expect, it } from "vitest";
import { type CheckedBusSettings, checkBusSettings } from "./bus-settings.ts";

describe("checkBusSettings", () => {
  it("is content with a bus that names all it needs, and with none", () => {
    expect(checkBusSettings(settings({}, {}))).toEqual([]);
    expect(checkBusSettings(settings({ servers: [], trustFile: undefined, stateDir: undefined }, {}))).toEqual([]);
  });

  it.each<[string, Overrides["bus"], Overrides["freshness"], readonly string[]]>([
    ["a bus without keys and state", { trustFile: undefined, stateDir: undefined }, {}, ["bus.trustFile", "bus.stateDir"]],
    ["what is set for a bus that is not named", { servers: [] }, {}, ["bus.trustFile", "bus.stateDir"]],
    ["policy that is stale between two reads", {}, { staleAfterMs: 2_000 }, ["freshness.staleAfterMs"]],
    ["a ceiling below the age of stale", {}, { ceilingMs: 5_000 }, ["freshness.ceilingMs"]],
    [
      "what is done at a ceiling that is not there",
      {},
      { whenExpired: "deny", coldStartMaxAgeMs: 1 },
      ["freshness.whenExpired", "freshness.coldStartMaxAgeMs"],
    ],
  ])("refuses %s", (_what, bus, freshness, keys) => {
    expect(checkBusSettings(settings(bus, freshness)).map(({ key }) => key)).toEqual(keys);
  });
});

interface Overrides {
  readonly bus: { readonly servers?: string[]; readonly trustFile?: undefined; readonly stateDir?: undefined };
  readonly freshness: Partial<CheckedBusSettings["freshness"]>;
}

function settings(bus: Overrides["bus"], freshness: Overrides["freshness"]): CheckedBusSettings {
  const { trustFile, stateDir, ...rest } = { trustFile: "trust.json", stateDir: "state", ...bus };
  return {
    bus: {
      servers: ["nats://127.0.0.1:1"],
      policySet: "default",
      tls: {},
      readIntervalMs: 2_000,
      ...(trustFile !== undefined && { trustFile }),
      ...(stateDir !== undefined && { stateDir }),
      ...rest,
    },
    freshness: { staleAfterMs: 6_000, whenExpired: "serve", coldStartMaxAgeMs: 0, ...freshness },
  };
}
