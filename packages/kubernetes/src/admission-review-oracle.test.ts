import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAdmissionReview } from "./admission-review.ts";

type Fields = ReadonlyMap<string, unknown>;

const builtIn: Readonly<Record<string, string>> = { "/Pod": "spec", "apps/Deployment": "spec.template.spec" };
const containerLists = ["containers", "initContainers", "ephemeralContainers"];

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** `field image` of every image below a value, wherever a pod spec stands in it. */
function imagesBelow(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [...(fieldsOf(value)?.values() ?? [])];
  const own = [...(fieldsOf(value) ?? [])].flatMap(([name, list]) =>
    Array.isArray(list) ? list.flatMap((item) => imageIn(name, item)) : [],
  );
  return [...own, ...items.flatMap(imagesBelow)];
}

function imageIn(name: string, item: unknown): string[] {
  const fields = fieldsOf(item);
  if (fields === undefined) return [];
  if (containerLists.includes(name)) return [`${name} ${textOf(fields.get("image"))}`];
  const volume = name === "volumes" ? fieldsOf(fields.get("image")) : undefined;
  return volume === undefined ? [] : [`imageVolumes ${textOf(volume.get("reference"))}`];
}

function imagesOf(object: unknown): string[] {
  const { metadata, status: _, ...others } = Object.fromEntries(fieldsOf(object) ?? []);
  const { managedFields: __, ...described } = Object.fromEntries(fieldsOf(metadata) ?? []);
  return imagesBelow({ ...others, metadata: described });
}

/** Whether a pod spec of a built-in kind holds something that no typed object could: the answer must then be no verdict of policies. */
function isMisshapen(kind: string, object: unknown): boolean {
  const place = builtIn[kind];
  let at: unknown = object;
  for (const step of place?.split(".") ?? []) {
    at = fieldsOf(at)?.get(step) ?? undefined;
    if (at !== undefined && fieldsOf(at) === undefined) return true;
  }
  if (place === undefined || at === undefined) return false;
  return [...containerLists, "volumes"].some((name) => {
    const list = fieldsOf(at)?.get(name) ?? [];
    return !Array.isArray(list) || list.some((item) => isMisshapenItem(name, item));
  });
}

function isMisshapenItem(name: string, item: unknown): boolean {
  const image = fieldsOf(item)?.get("image") ?? undefined;
  if (item !== null && fieldsOf(item) === undefined) return true;
  if (image === undefined) return false;
  if (name !== "volumes") return typeof image !== "string";
  const reference = fieldsOf(image)?.get("reference") ?? "";
  return fieldsOf(image) === undefined || typeof reference !== "string";
}

/** What a review asks about, or `refused` where nobody can say. */
function expected(operation: string, kind: string, { object, oldObject }: { object: unknown; oldObject: unknown }): unknown {
  if (fieldsOf(object) === undefined) return "refused";
  if (isMisshapen(kind, object)) return "refused";
  const images = imagesOf(object).filter((image) => kind === "/Pod" || !image.endsWith(" "));
  const stood = new Set(imagesOf(oldObject));
  return { images: images.sort(), imagesUnchanged: operation === "UPDATE" && images.every((image) => stood.has(image)) };
}

function found(review: object): unknown {
  const parsed = parseAdmissionReview(Buffer.from(JSON.stringify(review)), { cluster: "c", unknownImageLists: "report" });
  if (!parsed.ok) return parsed.code === "review-malformed" ? "refused" : parsed.code;
  const { images, imagesUnchanged } = parsed.workload;
  return { images: images.map(({ field, image }) => `${field} ${image}`).sort(), imagesUnchanged };
}

const image = fc.oneof({ weight: 8, arbitrary: fc.constantFrom("a", "b", "evil") }, fc.constantFrom<unknown>("", null, 1, {}, ["a"]));
const rarely = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, fc.constantFrom<unknown>(null, "evil", 7, {}, [["evil"]]));
const container = rarely(fc.record({ name: fc.constantFrom("x", "y"), image }, { requiredKeys: [] }));
const volume = rarely(
  fc.record({ name: fc.constant("v"), image: rarely(fc.record({ reference: image }, { requiredKeys: [] })) }, { requiredKeys: [] }),
);
const lists = {
  containers: rarely(fc.array(container, { maxLength: 2 })),
  initContainers: rarely(fc.array(container, { maxLength: 2 })),
  ephemeralContainers: rarely(fc.array(container, { maxLength: 1 })),
  volumes: rarely(fc.array(volume, { maxLength: 2 })),
};
const podSpec = rarely(fc.record(lists, { requiredKeys: [] }));
const template = rarely(fc.record({ spec: podSpec, metadata: fc.constantFrom({}, { labels: { containers: "x" } }) }, { requiredKeys: [] }));
const metadata = rarely(fc.record({ name: fc.constant("n"), managedFields: podSpec, annotations: podSpec }, { requiredKeys: [] }));
const object = rarely(
  fc.record(
    {
      metadata,
      spec: fc.oneof(podSpec, rarely(fc.record({ ...lists, template, status: podSpec, ["__proto__"]: podSpec }, { requiredKeys: [] }))),
      status: podSpec,
      items: fc.array(fc.record({ spec: podSpec, status: podSpec }), { maxLength: 1 }),
    },
    { requiredKeys: [] },
  ),
);

describe("parseAdmissionReview", () => {
  it("finds the images, and whether they changed, that a walk over the parsed tree finds", () => {
    const operation = fc.constantFrom("CREATE", "UPDATE");
    const kind = fc.constantFrom("/Pod", "apps/Deployment", "example.com/Pod", "/List");
    fc.assert(
      fc.property(operation, kind, object, fc.option(object), fc.boolean(), (asked, of, now, before, isSame) => {
        const [group = "", name = ""] = of.split("/");
        const objects = { object: now, oldObject: isSame ? now : before };
        // An `oldObject` that is no object is refused with the review that holds it.
        fc.pre(asked === "CREATE" || objects.oldObject === null || fieldsOf(objects.oldObject) !== undefined);
        const request = {
          uid: "1",
          operation: asked,
          kind: { group, version: "v1", kind: name },
          options: now,
          userInfo: before,
          ...objects,
        };

        const outcome = found({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });

        expect(outcome).toEqual(expected(asked, of, objects));
      }),
      { numRuns: 2000 },
    );
  });
});
