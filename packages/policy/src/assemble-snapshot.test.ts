import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aBundle, aPod, aPolicy } from "./a-bundle.ts";
import type { Bundle } from "./bundle.ts";
import { assembleInSlices, compile, compileParts } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { explain } from "./explain.ts";
import type { Snapshot } from "./snapshot.ts";
import { buffersOfSegment } from "./snapshot-parts.ts";

const revision = { lineage: "test", epoch: 1, revision: 7 };
const patterns = ["a.example/**", "*.example/x", "**/*x*", "a.example/*x*y*", "a.example/y:1.*", "nginx", "**"];
const images = ["a.example/x", "a.example/axby", "a.example/y:1.2", "b.example/x:latest", "nginx", "c.example/z", "A/B"];
const lists = { "list.txt": "# ours\nb.example/**\n\na.example/x\n", "more.txt": "**/*z*" };

const someOf = (...values: readonly string[]) => fc.subarray([...values], { minLength: 1 });
const fields = fc.record(
  {
    enforcement: fc.constantFrom("deny", "warn", "audit"),
    match: fc.record(
      { clusters: someOf("prod-*", "canary"), namespaces: fc.record({ exclude: someOf("kube-*") }), fields: someOf("containers", "i*") },
      { requiredKeys: [] },
    ),
    allow: someOf(...patterns),
    allowFrom: someOf("list.txt", "more.txt"),
    deny: fc.subarray(patterns),
    denyFrom: someOf("list.txt"),
    except: fc.subarray(patterns),
    require: fc.constantFrom({ digest: true }, { tag: { forbid: ["latest", "1.*"] } }),
    message: fc.constantFrom("ask {namespace} about {image}"),
  },
  { requiredKeys: ["deny"] },
);
const bundles: fc.Arbitrary<Bundle> = fc.array(fields, { minLength: 1, maxLength: 4 }).map((all) => {
  const documents = all.map((each, index) => aPolicy({ ...each, name: `p${index}` }));
  const overlay = { path: "overlays/prod-*/more.yaml", text: aPolicy({ name: "overlay", deny: ["**/y"] }) };
  return { files: [...aBundle(documents, lists).files, overlay] };
});
const workloads = fc
  .record({
    chosen: fc.subarray(images, { minLength: 1 }),
    cluster: fc.constantFrom("prod-eu", "canary"),
    namespace: fc.constantFrom("default", "kube-system"),
  })
  .map(({ chosen, ...others }) => aPod(chosen, others));

async function overAThread(bundle: Bundle, cluster?: string): Promise<Snapshot> {
  const parts = compileParts(bundle, cluster);
  const transfer = parts.segments.flatMap(buffersOfSegment);
  return assembleInSlices(structuredClone(parts, { transfer }), { revision, pause: async () => undefined });
}

describe("assembleInSlices", () => {
  it("gives a snapshot that decides and explains as the one that was compiled here", async () => {
    const clusters = fc.option(fc.constantFrom("prod-eu", "canary"), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(bundles, workloads, clusters, async (bundle, workload, cluster) => {
        const here = compile(bundle, { revision, cluster });

        const there = await overAThread(bundle, cluster);

        expect(evaluate(there, workload)).toEqual(evaluate(here, workload));
        expect(explain(there, workload)).toEqual(explain(here, workload));
        expect(there.patternCount).toBe(here.patternCount);
      }),
      { numRuns: 200 },
    );
  });

  it("pauses all along, however many policies and lists there are", async () => {
    const documents = Array.from({ length: 5_000 }, (_, index) => aPolicy({ name: `p${index}`, deny: ["a.example/x"] }));
    let pauses = 0;

    const snapshot = await assembleInSlices(compileParts(aBundle(documents)), {
      revision,
      pause: async () => {
        pauses += 1;
      },
    });

    expect(snapshot.policies).toHaveLength(5_000);
    expect(pauses).toBeGreaterThan(10);
  });
});
