import type { WorkloadImage } from "@portcullis/policy";
import { JsonCursor } from "./json-cursor.ts";
import { JsonProblem } from "./json-problem.ts";
import { assertJudgeable } from "./max-images.ts";
import type { Review, ReviewContext, ReviewProblem } from "./parsed-review.ts";
import { malformed, readOptionalText } from "./review-values.ts";

/** The only version of an ImageReview there is. */
export const imageReviewApiVersion = "imagepolicy.k8s.io/v1alpha1";

/** kube-apiserver sends only annotations whose key contains this; others in a body are not its words. */
const annotationMark = ".image-policy.k8s.io/";

/** Reads an ImageReview (`imagepolicy.k8s.io/v1alpha1`). Never throws: hostile bodies become a `ReviewProblem`. */
export function parseImageReview(body: Buffer, context: ReviewContext): Review | ReviewProblem {
  try {
    const cursor = new JsonCursor(body);
    const envelope = readEnvelope(cursor);
    cursor.assertEnd();
    return toReview(envelope, context);
  } catch (error) {
    if (error instanceof JsonProblem)
      return { ok: false, code: error.code, message: error.message, uid: "", apiVersion: imageReviewApiVersion };
    throw error;
  }
}

interface Envelope {
  apiVersion: string;
  kind: string;
  spec: Spec | undefined;
}

interface Spec {
  namespace: string;
  images: readonly WorkloadImage[];
  annotations: Readonly<Record<string, string>>;
}

function readEnvelope(cursor: JsonCursor): Envelope {
  const envelope: Envelope = { apiVersion: "", kind: "", spec: undefined };
  if (cursor.next() !== "object") {
    cursor.skipValue();
    return envelope;
  }
  cursor.openObject();
  while (cursor.nextMember()) {
    if (cursor.key === "apiVersion" && cursor.next() === "string") envelope.apiVersion = cursor.readString();
    else if (cursor.key === "kind" && cursor.next() === "string") envelope.kind = cursor.readString();
    else if (cursor.key === "spec" && cursor.next() === "object") envelope.spec = readSpec(cursor);
    else cursor.skipValue();
  }
  return envelope;
}

function readSpec(cursor: JsonCursor): Spec {
  const spec: Spec = { namespace: "", images: [], annotations: {} };
  cursor.openObject();
  while (cursor.nextMember()) {
    if (cursor.key === "containers") spec.images = readContainers(cursor);
    else if (cursor.key === "annotations") spec.annotations = readAnnotations(cursor);
    else if (cursor.key === "namespace") spec.namespace = readOptionalText(cursor, "spec.namespace");
    else cursor.skipValue();
  }
  return spec;
}

function readContainers(cursor: JsonCursor): readonly WorkloadImage[] {
  const images: WorkloadImage[] = [];
  if (isAbsent(cursor)) return images;
  if (cursor.next() !== "array") throw malformed("spec.containers", "is no list");
  cursor.openArray();
  while (cursor.nextElement()) {
    if (cursor.next() !== "object") throw malformed("spec.containers[]", "is no object");
    images.push({ image: readImage(cursor), field: "any", container: "" });
  }
  return images;
}

function readImage(cursor: JsonCursor): string {
  let image = "";
  cursor.openObject();
  while (cursor.nextMember()) {
    if (cursor.key === "image") image = readOptionalText(cursor, "spec.containers[].image");
    else cursor.skipValue();
  }
  return image;
}

function readAnnotations(cursor: JsonCursor): Readonly<Record<string, string>> {
  if (isAbsent(cursor)) return {};
  if (cursor.next() !== "object") throw malformed("spec.annotations", "is no object");
  const annotations = new Map<string, string>();
  cursor.openObject();
  while (cursor.nextMember()) {
    const key = cursor.text();
    const value = readOptionalText(cursor, "spec.annotations");
    if (annotations.has(key)) throw new JsonProblem("review-duplicate-key", `the annotation "${key.slice(0, 64)}" stands twice`);
    if (key.includes(annotationMark)) annotations.set(key, value);
  }
  // Own properties are defined, never assigned: a key such as "__proto__" stays data.
  return Object.fromEntries(annotations);
}

/** Steps over a `null`, which is how Go writes an empty list or map. */
function isAbsent(cursor: JsonCursor): boolean {
  if (cursor.next() !== "null") return false;
  cursor.skipValue();
  return true;
}

function toReview({ apiVersion, kind, spec }: Envelope, { cluster }: ReviewContext): Review | ReviewProblem {
  if (kind !== "ImageReview" || apiVersion !== imageReviewApiVersion) {
    return {
      ok: false,
      code: "review-wrong-kind",
      message: `the body is no ImageReview of "${imageReviewApiVersion}"`,
      uid: "",
      apiVersion: imageReviewApiVersion,
    };
  }
  if (spec === undefined) throw malformed("spec", "is missing");
  assertJudgeable(spec.images);
  return {
    ok: true,
    uid: "",
    apiVersion: imageReviewApiVersion,
    dryRun: false,
    workload: {
      via: "image-review",
      cluster,
      namespace: spec.namespace,
      group: "",
      kind: "Pod",
      name: "",
      operation: "CREATE",
      images: spec.images,
      imagesUnchanged: false,
      annotations: spec.annotations,
      unknownImageLists: [],
    },
  };
}
