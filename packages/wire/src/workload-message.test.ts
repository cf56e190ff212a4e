import { imageFields, operations, type Workload } from "@portcullis/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Workload as WorkloadMessage } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { maxRepeated } from "./message-limits.ts";
import { fromWorkloadMessage, toWorkloadMessage } from "./workload-message.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });

const workloads: fc.Arbitrary<Workload> = fc.record({
  via: fc.constantFrom("image-review", "admission"),
  cluster: text,
  namespace: text,
  group: text,
  kind: text,
  name: text,
  operation: fc.constantFrom(...operations),
  images: fc.array(fc.record({ image: text, field: fc.constantFrom(...imageFields, "any" as const), container: text }), { maxLength: 5 }),
  imagesUnchanged: fc.boolean(),
  annotations: fc
    .array(fc.tuple(fc.oneof(text, fc.constantFrom("__proto__", "constructor")), text), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
  unknownImageLists: fc.array(text, { maxLength: 3 }),
});

const plain = toWorkloadMessage({
  via: "admission",
  cluster: "default",
  namespace: "shop",
  group: "",
  kind: "Pod",
  name: "web",
  operation: "CREATE",
  images: [{ image: "nginx", field: "containers", container: "web" }],
  imagesUnchanged: false,
  annotations: {},
  unknownImageLists: [],
});

describe("fromWorkloadMessage", () => {
  it("gives back every workload that went through bytes", () => {
    fc.assert(
      fc.property(workloads, (workload) => {
        const bytes = WorkloadMessage.encode(toWorkloadMessage(workload)).finish();

        const arrived = fromWorkloadMessage(WorkloadMessage.decode(bytes));
        expect(arrived).toEqual(workload);
        expect(Object.entries(arrived.annotations)).toEqual(Object.entries(workload.annotations));
      }),
    );
  });

  it.each([
    ["workload", undefined],
    ["workload.via", { ...plain, via: 0 as const }],
    ["workload.operation", WorkloadMessage.decode(Uint8Array.from([0x08, 0x02, 0x38, 0x63]))],
    ["workload.images[0].field", { ...plain, images: [{ image: "nginx", field: 0 as const, container: "" }] }],
    ["workload.annotations", { ...plain, annotations: [annotation("a", "1"), annotation("a", "2")] }],
    ["workload.annotations", { ...plain, annotations: [annotation("__proto__", "1"), annotation("__proto__", "1")] }],
    ["workload.unknown_image_lists", { ...plain, unknownImageLists: new Array<string>(maxRepeated + 1).fill("") }],
  ])("refuses a hostile %s by its place in the message", (field, message) => {
    expect(() => fromWorkloadMessage(message)).toThrow(InvalidMessageError);
    expect(() => fromWorkloadMessage(message)).toThrow(`${field}: `);
  });

  it("keeps a key named __proto__ as data", () => {
    const workload = fromWorkloadMessage({ ...plain, annotations: [annotation("__proto__", "polluted")] });

    expect(Object.entries(workload.annotations)).toEqual([["__proto__", "polluted"]]);
  });
});

function annotation(key: string, value: string) {
  return { key, value };
}
