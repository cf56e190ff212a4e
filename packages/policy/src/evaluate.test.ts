import { describe, expect, it } from "vitest";
import { aBundle, aPod, aPolicy, aSnapshot, judge } from "./a-bundle.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import type { PatternList } from "./pattern-list.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Workload } from "./workload.ts";

/** A snapshot whose first policy has a list that throws when it is searched. */
function withBrokenDenyList(snapshot: Snapshot): Snapshot {
  const broken: PatternList = [
    {
      index: {
        size: 1,
        bytes: 0,
        steps: 1,
        find: () => {
          throw new Error("index is damaged");
        },
      },
      originOf: () => ({ pattern: "", file: "", line: 1 }),
    },
  ];
  return { ...snapshot, policies: snapshot.policies.map((policy, index) => (index === 0 ? { ...policy, deny: broken } : policy)) };
}

describe("evaluate", () => {
  it("says at which revision it decided", () => {
    expect(judge(aSnapshot({ allow: ["**"] }), "nginx").servedAt).toEqual({ lineage: "test", epoch: 1, revision: 7 });
  });

  it("turns a policy that throws into a finding of that policy", () => {
    const snapshot = withBrokenDenyList(aSnapshot({ name: "a", deny: ["x"], message: "no" }, { name: "b", deny: ["**/miner"] }));

    const decision = judge(snapshot, "evil.example/miner");

    expect(decision).toMatchObject({
      verdict: "deny",
      denials: [
        { policy: "a", rule: "broken-rule" },
        { policy: "b", rule: "deny" },
      ],
    });
    expect(decision.verdict === "deny" && decision.denials[0].message).toBe(
      'policy "a" could not be evaluated for image "evil.example/miner", so it counts as broken',
    );
  });

  it("records a broken warn policy as a warning", () => {
    const snapshot = withBrokenDenyList(aSnapshot({ enforcement: "warn", deny: ["x"] }));

    expect(judge(snapshot, "nginx")).toMatchObject({ verdict: "allow", warnings: [{ rule: "broken-rule" }] });
  });

  it("names the line of a list file that denied an image", () => {
    const bundle = aBundle([aPolicy({ name: "a", denyFrom: "d.txt" })], { "d.txt": "# x\nfoo\n\n**/miner\nbar\n" });

    const decision = judge(compile(bundle, { revision: { lineage: "t", epoch: 1, revision: 1 } }), "evil.example/miner");

    expect(decision).toMatchObject({
      denials: [{ message: 'image "evil.example/miner" matches line 4 of "d.txt", which policy "a" denies' }],
    });
  });

  it("cuts names that no image can have", () => {
    const decision = judge(aSnapshot({ deny: ["x"] }), "x".repeat(100_000));

    expect(decision.verdict === "deny" && decision.denials[0].image.length).toBe(1_025);
  });

  it("stops writing findings down once they cannot change the verdict", () => {
    const images = Array.from({ length: 9_000 }, (_, index) => `evil.example/app-${index}`);

    const decision = judge(aSnapshot({ name: "a", allow: ["x"] }, { name: "b", enforcement: "warn", allow: ["x"] }), ...images);

    expect(decision.verdict === "deny" && decision.denials.length).toBe(256);
    expect(decision.warnings).toHaveLength(256);
  });

  it("refuses more images than it can judge in time, wherever something could refuse one", () => {
    const images = Array.from({ length: 10_001 }, (_, index) => `a.example/app-${index}`);
    const covered = aSnapshot({ match: { namespaces: { exclude: ["exempt"] } }, allow: ["**"] });
    const verdictOf = (snapshot: Snapshot, overrides: Partial<Workload> = {}) => evaluate(snapshot, aPod(images, overrides)).verdict;

    expect(judge(covered, ...images)).toMatchObject({
      verdict: "deny",
      denials: [{ rule: "broken-rule", message: expect.stringContaining("10001 images") }],
    });
    expect(verdictOf(covered, { kind: "Deployment" })).toBe("deny");
    expect(verdictOf(covered, { kind: "Deployment", namespace: "exempt" })).toBe("allow");
    expect(verdictOf(aSnapshot({ deny: ["x"] }))).toBe("deny");
    expect(verdictOf(aSnapshot({ enforcement: "warn", deny: ["x"] }))).toBe("allow");
    expect(verdictOf({ ...aSnapshot({ enforcement: "audit", deny: ["x"] }), shortNames: "deny" })).toBe("deny");
    expect(verdictOf(covered, { imagesUnchanged: true })).toBe("allow");
  });

  it("still denies behind thousands of images that only warn", () => {
    const images = [...Array.from({ length: 2_000 }, (_, index) => `a.example/app-${index}`), "evil.example/miner"];

    const decision = judge(aSnapshot({ name: "a", enforcement: "warn", allow: ["x"] }, { name: "b", deny: ["**/miner"] }), ...images);

    expect(decision).toMatchObject({ verdict: "deny", denials: [{ policy: "b" }] });
  });

  it("judges a policy for the cluster, namespace and kind that it names", () => {
    const snapshot = aSnapshot({ match: { clusters: ["a"], namespaces: ["b"], kinds: ["C"] }, deny: ["**"] });

    const verdictOf = (cluster: string, namespace: string, kind: string) =>
      evaluate(snapshot, aPod(["x"], { cluster, namespace, kind })).verdict;

    expect(verdictOf("a", "b", "C")).toBe("deny");
    expect([verdictOf("x", "b", "C"), verdictOf("a", "x", "C"), verdictOf("a", "b", "X")]).toEqual(["allow", "allow", "allow"]);
  });
});
