import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanImages } from "./image-scan.ts";
import { JsonCursor } from "./json-cursor.ts";

/** The rule in its plainest form, over a parsed tree: `field/name=image` for each image. */
function imagesOf(object: object): string[] {
  return Object.entries(object).flatMap(([key, value]: [string, unknown]) => {
    if (key === "status") return [];
    if (key === "metadata" && isObject(value))
      return Object.entries(value).flatMap(([name, inner]) => (name === "managedFields" ? [] : below(name, inner)));
    return below(key, value);
  });
}

function below(key: string, value: unknown): string[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item: unknown) => below("", item))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, member]) => below(name, member))
      : [];
  return [...here(key, value), ...inner];
}

function here(key: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const items = value.filter(isObject).map((item) => new Map<string, unknown>(Object.entries(item)));
  if (["containers", "initContainers", "ephemeralContainers"].includes(key)) {
    return items.map((item) => `${key}/${text(item.get("name"))}=${text(item.get("image"))}`);
  }
  if (key !== "volumes") return [];
  return items.flatMap((item) => {
    const image = item.get("image");
    return isObject(image)
      ? [`imageVolumes/${text(item.get("name"))}=${text(new Map<string, unknown>(Object.entries(image)).get("reference"))}`]
      : [];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const key = fc.constantFrom(
  ...[
    "containers",
    "initContainers",
    "ephemeralContainers",
    "volumes",
    "image",
    "reference",
    "name",
    "spec",
    "template",
    "status",
    "metadata",
  ],
  ...["managedFields", "items", "__proto__", "constructor", "Containers", "other", "é", 'quo"te'],
);
const leaf = fc.oneof(fc.constantFrom(null, true, 1, -0.5e3, "", "nginx", "a\\b\n"), fc.string({ unit: "binary", maxLength: 5 }));
const { object } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    ...Array(3).fill(fc.array(tie("object"), { maxLength: 3 })),
    tie("object"),
    tie("object"),
  ),
  object: fc.array(fc.tuple(key, tie("value")), { minLength: 1, maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

describe("scanImages in one pass", () => {
  it.each([undefined, 2])("finds what a walk over the parsed tree finds, indented by %s", (indent) => {
    fc.assert(
      fc.property(object, (value) => {
        const cursor = new JsonCursor(Buffer.from(JSON.stringify(value, undefined, indent)));

        const { images } = scanImages(cursor, "report");
        cursor.assertEnd();

        const found = images.map(({ field, container, image }) => `${field}/${container}=${image}`);
        expect(found.sort()).toEqual(imagesOf(value).sort());
      }),
      { numRuns: 2000 },
    );
  });
});
