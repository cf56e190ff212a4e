import type { Workload } from "@portcullis/policy";
import { aWorkload } from "@portcullis/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workloadKey } from "./workload-key.ts";

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 4 }), fc.constantFrom("", "a", "1:", "\ud800", "\udfff", "x".repeat(600)));
const workloads: fc.Arbitrary<Workload> = fc
  .record({
    cluster: text,
    namespace: text,
    kind: text,
    images: fc.array(fc.record({ image: text, field: fc.constantFrom("containers", "any"), container: text }), { maxLength: 3 }),
    annotations: fc.dictionary(text, text, { maxKeys: 2 }),
    imagesUnchanged: fc.boolean(),
  })
  .map((overrides) => aWorkload(overrides));

describe("workloadKey", () => {
  it("is equal for what no policy can tell apart, and for nothing else", () => {
    fc.assert(
      fc.property(workloads, workloads, (one, other) => {
        const isSame = canonical(one) === canonical(other);

        expect(workloadKey(one) === workloadKey(other)).toBe(isSame);
        expect(workloadKey({ ...one, name: "another", unknownImageLists: ["spec.things"] })).toBe(workloadKey(one));
      }),
    );
  });

  it("stays short however long the workload is", () => {
    const images = Array.from({ length: 1_000 }, (_, index) => `registry.example/app-${index}`);

    expect(workloadKey(aWorkload({ images })).length).toBe(45);
  });

  it("keeps lone surrogates apart, which are all the same in UTF-8", () => {
    const pad = "x".repeat(600);

    expect(workloadKey(aWorkload({ images: [`${pad}\ud800`] }))).not.toBe(workloadKey(aWorkload({ images: [`${pad}\ud801`] })));
  });
});

function canonical({ cluster, namespace, kind, images, annotations, imagesUnchanged }: Workload): string {
  const pairs = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    cluster,
    namespace,
    kind,
    images.map(({ image, field, container }) => [image, field, container]),
    pairs,
    imagesUnchanged,
  ]);
}
