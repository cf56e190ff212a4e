import { describe, expect, it } from "vitest";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { describeRevisionLog } from "./revision-log-contract.ts";

describeRevisionLog("memoryRevisionLog", async () => {
  const log = memoryRevisionLog({ inlineLimitBytes: 1000 });
  return { log, another: async () => log.open() };
});

describe("memoryRevisionLog", () => {
  it("says that it lasts no longer than the process", async () => {
    const weaknesses = await memoryRevisionLog().selfCheck();

    expect(weaknesses.map(({ code }) => code)).toEqual(["bus-in-memory"]);
  });
});
