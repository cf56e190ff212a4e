import { describe, expect, it } from "vitest";
import { memoryPolicyBus } from "./memory-policy-bus.ts";
import { describePolicyBus } from "./policy-bus-contract.ts";

describePolicyBus("memoryPolicyBus", () => memoryPolicyBus());

describe("memoryPolicyBus", () => {
  it("names its revisions by the lineage it was given", async () => {
    const bus = memoryPolicyBus({ lineage: "standalone" });

    const token = await bus.publish({ files: [] });

    expect(token).toEqual({ lineage: "standalone", epoch: 1, revision: 1 });
  });

  it("invents a lineage of its own otherwise, so that tokens of two processes never compare", async () => {
    const [one, other] = await Promise.all([memoryPolicyBus().publish({ files: [] }), memoryPolicyBus().publish({ files: [] })]);

    expect(one.lineage).not.toBe(other.lineage);
  });
});
