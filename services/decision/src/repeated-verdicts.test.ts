import { type Bundle, compile, evaluate, imageFields, operations, type Workload } from "@portcullis/policy";
import { memoryPolicyBus } from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { aWorkload } from "@portcullis/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecisionService } from "./create-decision-service.ts";

// Each policy reads another part of a workload, so that two workloads that shared a verdict would be told apart by one of them.
const specs = [
  { match: { clusters: ["prod"] }, deny: ["a.example/x"] },
  { match: { namespaces: ["shop"] }, deny: ["a.example/y"] },
  { match: { kinds: ["Job"] }, deny: ["a.example/x"] },
  { match: { fields: ["initContainers"] }, deny: ["a.example/x"], message: "{container} in {namespace}" },
  { match: { fields: { exclude: ["imageVolumes"] } }, allow: ["a.example/**", "docker.io/**"] },
  { enforcement: "warn", require: { digest: true }, deny: ["a.example/y:*"] },
  { enforcement: "audit", deny: ["**/nginx"] },
];
const bundle: Bundle = {
  files: specs.map((spec, index) => ({
    path: `${index}.yaml`,
    text: JSON.stringify({ apiVersion: "portcullis.dev/v1", kind: "ImagePolicy", metadata: { name: `p${index}` }, spec }),
  })),
};

// Long names make keys that are hashed; marks of the encoding in names tell whether borders can be shifted.
const name = fc.constantFrom("", "1:", "|", "prod", "shop", "default", "x".repeat(600), `${"x".repeat(599)}y`);
const images = fc.array(
  fc.record({
    image: fc.constantFrom("", "nginx", "a.example/x", "a.example/y", "a.example/y:1", "1:nginx", "\ud800", "\ud801", "A/B"),
    field: fc.constantFrom(...imageFields, "any" as const),
    container: fc.constantFrom("", "main", "1:", "main4:main"),
  }),
  { maxLength: 2 },
);
const workload: fc.Arbitrary<Workload> = fc
  .record({
    via: fc.constantFrom("admission" as const, "image-review" as const),
    cluster: name,
    namespace: name,
    group: fc.constantFrom("", "batch"),
    kind: fc.constantFrom("Pod", "Job"),
    operation: fc.constantFrom(...operations),
    imagesUnchanged: fc.boolean(),
    images,
    annotations: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("", "1:")),
  })
  .map(aWorkload);

/** A workload, and others that differ from it in one part. */
const family = fc.tuple(workload, fc.array(fc.tuple(workload, fc.nat(8)), { maxLength: 12 })).map(([first, others]) => {
  const parts = ["via", "cluster", "namespace", "group", "kind", "operation", "imagesUnchanged", "images", "annotations"] as const;
  return [first, ...others.map(([other, part]) => ({ ...first, [parts[part] ?? "via"]: other[parts[part] ?? "via"] }))];
});

describe("createDecisionService", () => {
  it("repeats a verdict for no workload that a policy could tell from the one it was reached for", async () => {
    const bus = memoryPolicyBus({ lineage: "test" });
    const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });
    const service = createDecisionService({ bus, cache: { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 10_000 }, telemetry });
    await bus.publish(bundle);
    const snapshot = compile(bundle, { revision: await service.ready() });

    await fc.assert(
      fc.asyncProperty(family, async (workloads) => {
        const context = { deadlineMs: Number.POSITIVE_INFINITY };

        const together = await Promise.all(workloads.map((each) => service.decide(each, context)));
        const repeated = await Promise.all(workloads.map((each) => service.decide(each, context)));

        const expected = workloads.map((each) => evaluate(snapshot, each));
        expect(together.map(({ decision }) => decision)).toEqual(expected);
        expect(repeated.map(({ decision }) => decision)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    service.close();
  });
});
