import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aPod } from "./a-bundle.ts";
import { encodeWorkload } from "./encode-workload.ts";
import { imageFields, operations, type Workload } from "./workload.ts";

// Few letters, so that shifting a boundary between two fields is found; digits and marks that the encoding itself uses.
const text = fc.string({ unit: fc.constantFrom("a", "1", ":", "|", "\u{1f600}", "\ud800"), maxLength: 3 });
const image = fc.record({ image: text, field: fc.constantFrom(...imageFields, "any" as const), container: text });
const workload: fc.Arbitrary<Workload> = fc.record({
  via: fc.constantFrom("image-review" as const, "admission" as const),
  cluster: text,
  namespace: text,
  group: text,
  kind: text,
  name: fc.constant("pod"),
  operation: fc.constantFrom(...operations),
  images: fc.array(image, { maxLength: 3 }),
  imagesUnchanged: fc.boolean(),
  annotations: fc.dictionary(text, text, { maxKeys: 2, noNullPrototype: true }),
  unknownImageLists: fc.constant([]),
});

/** The same for equal inputs, whatever the order of keys. */
function canonical({ annotations, images, ...others }: Workload): string {
  const places = images.map(({ image, field, container }) => [image, field, container]);
  return JSON.stringify([sorted(others), places, sorted(annotations)]);
}

function sorted(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("encodeWorkload", () => {
  it("gives other inputs other encodings, and equal inputs equal ones", () => {
    fc.assert(
      fc.property(workload, workload, (a, b) => {
        expect(encodeWorkload(a) === encodeWorkload(b)).toBe(canonical(a) === canonical(b));
      }),
      { numRuns: 3_000 },
    );
  });

  it("tells workloads apart that differ in one input only", () => {
    fc.assert(
      fc.property(workload, workload, fc.constantFrom(...(Object.keys(aPod([])) as (keyof Workload)[])), (a, b, key) => {
        const changed = { ...a, [key]: b[key] };
        expect(encodeWorkload(a) === encodeWorkload(changed)).toBe(canonical(a) === canonical(changed));
      }),
      { numRuns: 3_000 },
    );
  });

  it("leaves out the name and the lists outside pod specs, which no policy reads", () => {
    const a = encodeWorkload(aPod(["a"], { name: "a", unknownImageLists: ["spec.images"] }));

    expect(a).toBe(encodeWorkload(aPod(["a"], { name: "b" })));
  });

  it("does not depend on the order of annotations", () => {
    const a = encodeWorkload(aPod([], { annotations: { x: "1", y: "2" } }));

    expect(a).toBe(encodeWorkload(aPod([], { annotations: { y: "2", x: "1" } })));
  });
});
