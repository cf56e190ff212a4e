import type { Operation, Workload } from "@portcullis/policy";
import { parseAdmissionReview } from "./admission-review.ts";
import { parseImageReview } from "./image-review.ts";
import { scanImages } from "./image-scan.ts";
import { JsonCursor } from "./json-cursor.ts";
import { JsonProblem } from "./json-problem.ts";
import { judgedImages, judgedKind, kindOf } from "./judged-object.ts";
import { assertJudgeable } from "./max-images.ts";
import type { Review, ReviewProblem, ReviewProblemCode } from "./parsed-review.ts";
import { readDocuments } from "./read-documents.ts";

/** What documents do not say themselves. */
export interface DocumentDefaults {
  readonly cluster: string;
  /** For objects and reviews without a namespace. */
  readonly namespace: string;
  /** For objects; a review names its own. */
  readonly operation: Operation;
  /** As in `ReviewContext`; `report` unless it is given. */
  readonly unknownImageLists?: "report" | "strict";
}

export const documentProblemCodes = ["review-not-yaml", "review-no-kind"] as const;
export type DocumentProblemCode = (typeof documentProblemCodes)[number] | ReviewProblemCode;

/** A document that asks about a workload. */
export interface DocumentWorkload {
  readonly ok: true;
  /** `document 2`, or `document 2, item 3` of a list; counted from 1, empty documents left out. */
  readonly source: string;
  /** Where the document begins in the text, counted from 1. */
  readonly line: number;
  readonly workload: Workload;
}

/** A document that cannot be read as anything to judge. */
export interface DocumentProblem {
  readonly ok: false;
  readonly source: string;
  readonly line: number;
  readonly code: DocumentProblemCode;
  /** A lower-case clause. */
  readonly message: string;
}

/**
 * The workloads of a text, in its order: objects of any kind, AdmissionReviews and ImageReviews, as YAML or JSON, one
 * or several documents, with the items of lists (`List`, `PodList`, …) taken one by one. Empty documents are left out.
 */
export function workloadsFromDocuments(text: string, defaults: DocumentDefaults): readonly (DocumentWorkload | DocumentProblem)[] {
  return readDocuments(text).flatMap((document, index) => {
    const place = { source: `document ${index + 1}`, line: document.line };
    if (!document.ok) return [{ ...place, ok: false, code: "review-not-yaml", message: `the document is not YAML: ${document.message}` }];
    return fromValue(document.value, document.json, { ...place, defaults });
  });
}

interface Place {
  readonly source: string;
  readonly line: number;
  readonly defaults: DocumentDefaults;
}

function fromValue(value: unknown, json: Buffer, place: Place): readonly (DocumentWorkload | DocumentProblem)[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fromItem(item, index, place));
  const fields = new Map<string, unknown>(isObject(value) ? Object.entries(value) : []);
  const kind = fields.get("kind");
  const items = fields.get("items");
  if (typeof kind !== "string" || kind === "") return [toProblem("review-no-kind", 'the document has no "kind"', place)];
  if (kind.endsWith("List") && Array.isArray(items)) {
    const listed = fromList(items, { kind, apiVersion: fields.get("apiVersion") }, place);
    // A custom resource may be called a list and hold more than one: what stands beside the items must not go unjudged.
    return [...fields.keys()].every((name) => listFields.has(name)) ? listed : [...listed, fromObject(json, place)];
  }
  if (kind === "AdmissionReview") return [fromReview(parseAdmissionReview(json, toContext(place)), place)];
  if (kind === "ImageReview") return [fromReview(parseImageReview(json, toContext(place)), place)];
  return [fromObject(json, place)];
}

/** All that a list of an API server has. */
const listFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "items"]);

function fromItem(item: unknown, index: number, place: Place): readonly (DocumentWorkload | DocumentProblem)[] {
  return fromValue(item, Buffer.from(JSON.stringify(item)), { ...place, source: `${place.source}, item ${index + 1}` });
}

/** Items of a typed list (`PodList`) do not repeat its kind and version; those of a `List` say their own. */
function fromList(
  items: readonly unknown[],
  list: { readonly kind: string; readonly apiVersion: unknown },
  place: Place,
): readonly (DocumentWorkload | DocumentProblem)[] {
  const kind = list.kind.slice(0, -"List".length);
  const typed = kind === "" ? [] : Object.entries({ apiVersion: list.apiVersion, kind });
  return items.flatMap((item, index) => {
    // `fromEntries` defines own properties: a key such as "__proto__" stays data.
    const whole = isObject(item) ? Object.fromEntries([...typed, ...Object.entries(item)]) : item;
    return fromItem(whole, index, place);
  });
}

function fromReview(review: Review | ReviewProblem, place: Place): DocumentWorkload | DocumentProblem {
  if (!review.ok) return toProblem(review.code, review.message, place);
  const namespace = review.workload.namespace === "" ? place.defaults.namespace : review.workload.namespace;
  return { ok: true, source: place.source, line: place.line, workload: { ...review.workload, namespace } };
}

function fromObject(json: Buffer, place: Place): DocumentWorkload | DocumentProblem {
  try {
    const cursor = new JsonCursor(json);
    const object = scanImages(cursor, toContext(place).unknownImageLists);
    cursor.assertEnd();
    const { cluster, namespace, operation } = place.defaults;
    const kind = kindOf(object);
    const isDelete = operation === "DELETE";
    const images = isDelete ? [] : judgedImages(object, kind, "");
    assertJudgeable(images);
    return {
      ok: true,
      source: place.source,
      line: place.line,
      workload: {
        via: "admission",
        cluster,
        namespace: object.namespace === "" ? namespace : object.namespace,
        ...judgedKind(kind),
        name: object.name,
        operation,
        images,
        imagesUnchanged: false,
        annotations: {},
        unknownImageLists: isDelete ? [] : object.unknownImageLists,
      },
    };
  } catch (error) {
    if (error instanceof JsonProblem) return toProblem(error.code, error.message, place);
    throw error;
  }
}

function toContext({ defaults }: Place): { readonly cluster: string; readonly unknownImageLists: "report" | "strict" } {
  return { cluster: defaults.cluster, unknownImageLists: defaults.unknownImageLists ?? "report" };
}

function toProblem(code: DocumentProblemCode, message: string, { source, line }: Place): DocumentProblem {
  return { ok: false, source, line, code, message };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
