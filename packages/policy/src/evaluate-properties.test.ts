import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aBundle, aPod, aPolicy, type PolicyFields } from "./a-bundle.ts";
import { compile } from "./compile.ts";
import type { Decision, Finding } from "./decision.ts";
import { describeDenial } from "./describe-denial.ts";
import { evaluate } from "./evaluate.ts";
import type { Workload } from "./workload.ts";

// Few names, so that policies, lists and workloads meet often.
const patterns = ["a.example/**", "b.example/**", "a.example/x", "**/x", "**", "a.example/y:1.*", "nginx"];
const readable = ["a.example/x", "a.example/y:1.2", "b.example/x:latest", "nginx", `a.example/x@sha256:${"1".repeat(64)}`, "c.example/z"];
const unreadable = ["", "A/B", "a.example//x", "not an image", "a\u0000", `${"x".repeat(300)}/${"y".repeat(300)}`];
const namespaces = ["default", "kube-system", "prod"];

const someOf = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const selector = fc.record(
  { include: someOf("*", "default", "prod"), exclude: fc.subarray(["kube-system", "prod"]) },
  { requiredKeys: [] },
);
const match = fc.record(
  { namespaces: selector, kinds: someOf("Pod", "Deployment"), fields: someOf("containers", "initContainers", "*") },
  { requiredKeys: [] },
);
const rules = fc.record(
  { match, allow: someOf(...patterns), except: fc.subarray(patterns), require: fc.record({ digest: fc.boolean() }) },
  { requiredKeys: [] },
);
const policy: fc.Arbitrary<PolicyFields> = fc
  .tuple(rules, fc.constantFrom("deny", "warn", "audit"), fc.subarray(patterns))
  .map(([fields, enforcement, deny]) => ({ ...fields, enforcement, deny }));
const policies = fc
  .array(policy, { minLength: 1, maxLength: 4 })
  .map((all) => all.map((fields, index) => ({ ...fields, name: `p${index}` })));
const field = fc.constantFrom("containers" as const, "initContainers" as const, "imageVolumes" as const, "any" as const);

function aWorkload(images: readonly string[]): fc.Arbitrary<Workload> {
  return fc
    .record({
      images: fc.array(fc.record({ image: fc.constantFrom(...images), field, container: fc.constant("main") }), {
        minLength: 1,
        maxLength: 3,
      }),
      namespace: fc.constantFrom(...namespaces),
      kind: fc.constantFrom("Pod", "Deployment"),
    })
    .map(({ images: chosen, ...others }) => aPod(chosen, others));
}

function decide(documents: readonly PolicyFields[], workload: Workload): Decision {
  return evaluate(compile(aBundle(documents.map(aPolicy)), { revision: { lineage: "t", epoch: 1, revision: 1 } }), workload);
}

function findingsOf(decision: Decision): string[] {
  const all: readonly Finding[] = [...(decision.verdict === "deny" ? decision.denials : []), ...decision.warnings, ...decision.audited];
  return all.map((finding) => JSON.stringify(finding)).sort();
}

describe("evaluate", () => {
  it("never turns a deny into an allow by one more policy that denies or audits", () => {
    const addition = fc.oneof(
      fc.record({ enforcement: fc.constant("deny"), deny: someOf(...patterns), match }),
      fc.record({ enforcement: fc.constant("deny"), require: fc.constant({ digest: true }), match }),
      fc.record({ enforcement: fc.constantFrom("audit", "warn"), allow: someOf(...patterns), match }),
    );
    fc.assert(
      fc.property(policies, addition, aWorkload([...readable, ...unreadable]), (before, added, workload) => {
        fc.pre(decide(before, workload).verdict === "deny");
        expect(decide([...before, { ...added, name: "added" }], workload).verdict).toBe("deny");
      }),
      { numRuns: 100 },
    );
  });

  it("never turns a deny into an allow by one more allow list where the others leave nothing uncovered", () => {
    fc.assert(
      fc.property(policies, someOf(...patterns), aWorkload(readable), (before, allow, workload) => {
        const closed = [...before, { name: "closed", allow: ["**"] }];
        fc.pre(decide(closed, workload).verdict === "deny");
        expect(decide([...closed, { name: "added", allow }], workload).verdict).toBe("deny");
      }),
      { numRuns: 100 },
    );
  });

  it("does not depend on the order of policies, files and images", () => {
    fc.assert(
      fc.property(policies, aWorkload([...readable, ...unreadable]), fc.infiniteStream(fc.nat()), (documents, workload, random) => {
        const shuffle = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, at: random.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const files = shuffle(documents).map((fields, index) => ({ path: `${random.next().value}-${index}.yaml`, text: aPolicy(fields) }));
        const snapshot = compile({ files }, { revision: { lineage: "t", epoch: 1, revision: 1 } });

        const shuffled = evaluate(snapshot, { ...workload, images: shuffle(workload.images) });

        const straight = decide(documents, workload);
        expect(shuffled.verdict).toBe(straight.verdict);
        expect(findingsOf(shuffled)).toEqual(findingsOf(straight));
      }),
      { numRuns: 100 },
    );
  });

  it("never allows an image that cannot be parsed where a policy that denies looks at the workload", () => {
    fc.assert(
      fc.property(policies, rules, aWorkload(unreadable), (others, { match: _, ...fields }, workload) => {
        const everywhere = { ...fields, deny: ["zzz"], name: "everywhere" };
        expect(decide([...others, everywhere], workload).verdict).toBe("deny");
      }),
      { numRuns: 100 },
    );
  });

  it("judges any text whatsoever, and says why it refuses", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.constantFrom(...readable));
    fc.assert(
      fc.property(policies, fc.array(text, { maxLength: 3 }), fc.string(), (documents, images, namespace) => {
        const decision = decide(documents, aPod(images, { namespace }));
        if (decision.verdict === "deny") expect(describeDenial(decision)).toContain("[revision t/1/1]");
      }),
      { numRuns: 100 },
    );
  });
});
