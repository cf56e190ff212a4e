import { describe, expect, it } from "vitest";
import { aDecision, aFinding, anAnswer, aWorkload } from "./index.ts";

describe("aWorkload", () => {
  it("states only what matters", () => {
    const workload = aWorkload({ namespace: "shop", images: ["a", { image: "b", field: "initContainers" }] });

    expect(workload).toMatchObject({ kind: "Pod", namespace: "shop", operation: "CREATE" });
    expect(workload.images).toEqual([
      { image: "a", field: "containers", container: "app" },
      { image: "b", field: "initContainers", container: "app" },
    ]);
  });
});

describe("aDecision", () => {
  it("gives a deny a finding, and an allow none", () => {
    expect(aDecision("deny")).toMatchObject({ verdict: "deny", denials: [aFinding()] });
    expect(aDecision()).not.toHaveProperty("denials");
    expect(anAnswer({ cacheTtlMs: 5 })).toMatchObject({ cacheTtlMs: 5, decision: { verdict: "allow" } });
  });
});
