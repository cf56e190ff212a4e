import type { ImageField } from "@portcullis/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxUnknownImageLists, type ScannedImages, scanImages } from "./image-scan.ts";
import { JsonCursor } from "./json-cursor.ts";

function scan(object: unknown, unknownImageLists: "report" | "strict" = "report"): ScannedImages {
  return scanImages(new JsonCursor(Buffer.from(typeof object === "string" ? object : JSON.stringify(object))), unknownImageLists);
}

function found({ images }: ScannedImages): string[] {
  return images.map(({ image, field, container }) => `${field}/${container}=${image}`);
}

/** Puts `inner` at the end of `path`; a number is a list with that many elements before it. */
function nest(inner: string, path: readonly (string | number)[]): string {
  return path.reduceRight<string>((json, step) => {
    return typeof step === "number" ? `[${"null,".repeat(step)}${json}]` : `{"a":"b",${JSON.stringify(step)}:${json},"z":{}}`;
  }, inner);
}

describe("scanImages", () => {
  it("finds every list of a pod spec", () => {
    const object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "web-", namespace: "shop" },
      spec: {
        volumes: [
          { name: "m", image: { reference: "model", pullPolicy: "Always" } },
          { name: "c", configMap: {} },
        ],
        containers: [{ name: "c", image: "main" }],
        initContainers: [{ image: "init", name: "i" }],
        ephemeralContainers: [{ image: "debug" }],
      },
    };

    const scanned = scan(object);

    expect(found(scanned)).toEqual(["imageVolumes/m=model", "containers/c=main", "initContainers/i=init", "ephemeralContainers/=debug"]);
    expect(scanned).toMatchObject({ apiVersion: "v1", kind: "Pod", name: "web-", namespace: "shop", unknownImageLists: [], oddities: [] });
  });

  it("finds a pod spec wherever it is nested, under whatever name", () => {
    const step = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "prototype", "status", "spec", "template", "image", "name", "containers", "volumes"),
      fc.string({ minLength: 1 }),
      fc.nat(3),
    );
    const first = fc.constantFrom("spec", "data", "__proto__", "template", "constructor", "items", "metadata");
    const field = fc.constantFrom<ImageField>("containers", "initContainers", "ephemeralContainers");

    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 8 }), field, fc.string(), (head, tail, list, image) => {
        const podSpec = `{${JSON.stringify(list)}:[{"image":${JSON.stringify(image)}}]}`;
        fc.pre(!nest("", tail).includes('"a":"b","a"') && !tail.some((name) => name === "a" || name === "z"));

        const scanned = scan(nest(podSpec, [head, ...tail]));

        expect(scanned.images).toContainEqual({ image, field: list, container: "" });
      }),
      { numRuns: 1000 },
    );
  });

  it("never looks below the object's own status, nor into managedFields", () => {
    const podSpec = { containers: [{ image: "old" }], steps: [{ image: "old" }] };

    const scanned = scan({ status: podSpec, metadata: { managedFields: [podSpec] }, spec: { status: { containers: [{ image: "new" }] } } });

    expect(found(scanned)).toEqual(["containers/=new"]);
    expect(scanned.unknownImageLists).toEqual([]);
  });

  it("finds pod specs inside containers and volumes too", () => {
    const scanned = scan({
      containers: [{ image: "outer", sidecar: { containers: [{ image: "inner" }] } }],
      volumes: [{ template: { initContainers: [{ image: "deep" }] } }],
    });

    expect(found(scanned)).toEqual(["containers/=inner", "containers/=outer", "initContainers/=deep"]);
  });

  it("reports lists outside any pod spec whose items hold an image, once each", () => {
    const object = {
      spec: {
        steps: [{ image: "a" }, { image: "b" }],
        stages: [{ tasks: [{ image: "c" }] }, { tasks: [{ image: "d" }] }],
        matrix: [[{ image: "e" }]],
        volumes: [{ image: "f" }],
        containers: { main: { image: "g" } },
        rows: [{ image: { name: "h" } }, { image: 5 }, "image"],
        image: "i",
      },
    };

    const scanned = scan(object);

    expect(scanned.images).toEqual([]);
    expect(scanned.unknownImageLists).toEqual(["spec.steps", "spec.stages[].tasks", "spec.matrix[]", "spec.volumes", "spec.containers"]);
  });

  it("judges such lists where the configuration is strict", () => {
    const scanned = scan({ spec: { steps: [{ name: "build", image: "a" }], containers: { main: { image: "b" } } } }, "strict");

    expect(found(scanned)).toEqual(["any/build=a", "any/=b"]);
    expect(scanned.unknownImageLists).toEqual([]);
  });

  it("reports a bounded number of lists with bounded paths", () => {
    const lists = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${"x".repeat(400)}${index}`, [{ image: "a" }]]));

    const { unknownImageLists } = scan({
      spec: lists,
      other: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`l${index}`, [{ image: "a" }]])),
    });

    expect(unknownImageLists.length).toBeLessThanOrEqual(maxUnknownImageLists);
    expect(unknownImageLists.every((path) => path.length <= 256)).toBe(true);
  });

  it("leaves images that are spelled in another case to whoever reads them so", () => {
    const scanned = scan({ spec: { Containers: [{ image: "a" }], containers: [{ Image: "b", name: "c" }] } });

    expect(found(scanned)).toEqual(["containers/c="]);
    expect(scanned.unknownImageLists).toEqual(["spec.Containers"]);
  });

  it("says what a pod spec would not hold, and where", () => {
    const { oddities } = scan({
      spec: { containers: "x", initContainers: ["y"], volumes: [{ image: { reference: 1 } }], template: [], jobTemplate: null },
    });

    expect(oddities).toEqual([
      { path: "spec.containers", what: "is no list" },
      { path: "spec.initContainers[]", what: "is no object" },
      { path: "spec.volumes[].image.reference", what: "is no string" },
      { path: "spec.template", what: "is no object" },
    ]);
  });
});
