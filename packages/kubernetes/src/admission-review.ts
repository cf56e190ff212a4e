import { type Operation, operations, type WorkloadImage } from "@portcullis/policy";
import { type ScannedImages, scanImages } from "./image-scan.ts";
import { JsonCursor } from "./json-cursor.ts";
import { JsonProblem } from "./json-problem.ts";
import { judgedImages, judgedKind, kindOf, type ObjectKind } from "./judged-object.ts";
import { assertJudgeable, maxImages } from "./max-images.ts";
import type { Review, ReviewContext, ReviewProblem, ReviewProblemCode } from "./parsed-review.ts";
import { malformed, readOptionalBoolean, readOptionalText } from "./review-values.ts";

const apiVersions: readonly string[] = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];

/** kube-apiserver sends 36 characters; more than this is not a uid but an echo chamber. */
const maxUidLength = 256;

/**
 * Reads an AdmissionReview (`admission.k8s.io/v1`, or `v1beta1` of old API servers, which is echoed).
 * Never throws: hostile bodies become a `ReviewProblem`, with the uid wherever it was read before the trouble.
 */
export function parseAdmissionReview(body: Buffer, context: ReviewContext): Review | ReviewProblem {
  const envelope = new Envelope(context);
  try {
    const cursor = new JsonCursor(body);
    envelope.read(cursor);
    cursor.assertEnd();
    return toReview(envelope, context);
  } catch (error) {
    if (error instanceof JsonProblem) return toProblem(envelope, error.code, error.message);
    throw error;
  }
}

/** What an AdmissionReview says, as far as it was read. */
class Envelope {
  apiVersion = "";
  kind = "";
  hasRequest = false;
  uid = "";
  group = "";
  objectKind = "";
  name = "";
  namespace = "";
  operation = "";
  isDryRun = false;
  object: ScannedImages | undefined;
  oldObject: ScannedImages | undefined;
  readonly #context: ReviewContext;

  constructor(context: ReviewContext) {
    this.#context = context;
  }

  read(cursor: JsonCursor): void {
    if (cursor.next() !== "object") {
      cursor.skipValue();
      return;
    }
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "apiVersion" && cursor.next() === "string") this.apiVersion = cursor.readString();
      else if (cursor.key === "kind" && cursor.next() === "string") this.kind = cursor.readString();
      else if (cursor.key === "request" && cursor.next() === "object") this.#readRequest(cursor);
      else cursor.skipValue();
    }
  }

  #readRequest(cursor: JsonCursor): void {
    this.hasRequest = true;
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "") cursor.skipValue();
      else this.#readRequestMember(cursor);
    }
  }

  #readRequestMember(cursor: JsonCursor): void {
    switch (cursor.key) {
      case "uid":
        this.uid = readUid(cursor);
        return;
      case "kind":
        this.#readKind(cursor);
        return;
      case "name":
        this.name = readOptionalText(cursor, "request.name");
        return;
      case "namespace":
        this.namespace = readOptionalText(cursor, "request.namespace");
        return;
      case "operation":
        this.operation = readOptionalText(cursor, "request.operation");
        return;
      case "dryRun":
        this.isDryRun = readOptionalBoolean(cursor, "request.dryRun");
        return;
      case "object":
        this.object = this.#readObject(cursor, "request.object");
        return;
      case "oldObject":
        this.#readOldObject(cursor);
        return;
      default:
        cursor.skipValue();
    }
  }

  #readKind(cursor: JsonCursor): void {
    if (cursor.next() !== "object") throw malformed("request.kind", "is no object");
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "group") this.group = readOptionalText(cursor, "request.kind.group");
      else if (cursor.key === "kind") this.objectKind = readOptionalText(cursor, "request.kind.kind");
      else cursor.skipValue();
    }
  }

  #readOldObject(cursor: JsonCursor): void {
    // An API server says the operation first, and only an UPDATE is compared with what stood before.
    if (this.operation === "" || this.operation === "UPDATE") this.oldObject = this.#readObject(cursor, "request.oldObject");
    else cursor.skipValue();
  }

  #readObject(cursor: JsonCursor, path: string): ScannedImages | undefined {
    if (cursor.next() === "object") return scanImages(cursor, this.#context.unknownImageLists);
    if (cursor.next() !== "null") throw malformed(path, "is no object");
    cursor.skipValue();
    return undefined;
  }
}

function readUid(cursor: JsonCursor): string {
  if (cursor.next() !== "string") {
    cursor.skipValue();
    return "";
  }
  const uid = cursor.readString();
  return uid.length > maxUidLength ? "" : uid;
}

function toReview(envelope: Envelope, context: ReviewContext): Review | ReviewProblem {
  if (envelope.kind !== "AdmissionReview" || !apiVersions.includes(envelope.apiVersion)) {
    return toProblem(envelope, "review-wrong-kind", 'the body is no AdmissionReview of "admission.k8s.io/v1"');
  }
  if (!envelope.hasRequest) throw malformed("request", "is missing");
  if (envelope.uid === "") return toProblem(envelope, "review-missing-uid", '"request.uid" is missing, so the answer cannot be matched');
  const operation = toOperation(envelope.operation);
  const kind = toObjectKind(envelope);
  const object = judgedObject(envelope, operation);
  const all = judgedImages(object, kind, "request.object.");
  const imagesUnchanged = operation === "UPDATE" && haveAllStood(all, envelope.oldObject?.images ?? []);
  // No policy judges unchanged images, so that an object that has grown too large can still be edited.
  if (!imagesUnchanged) assertJudgeable(all);
  return {
    ok: true,
    uid: envelope.uid,
    apiVersion: envelope.apiVersion,
    dryRun: envelope.isDryRun,
    workload: {
      via: "admission",
      cluster: context.cluster,
      namespace: envelope.namespace,
      ...judgedKind(kind),
      name: envelope.name === "" ? object.name : envelope.name,
      operation,
      images: all.slice(0, maxImages),
      imagesUnchanged,
      annotations: {},
      unknownImageLists: object.unknownImageLists,
    },
  };
}

const noObject: ScannedImages = { apiVersion: "", kind: "", name: "", namespace: "", images: [], unknownImageLists: [], oddities: [] };

function judgedObject({ object }: Envelope, operation: Operation): ScannedImages {
  // Nothing starts to run by a DELETE, whatever the body carries.
  if (operation === "DELETE") return noObject;
  if (object === undefined) {
    if (operation === "CONNECT") return noObject;
    throw malformed("request.object", `is missing in a request of operation "${operation}"`);
  }
  return object;
}

/** An API server always says the kind; reviews written by hand may leave it to the object. */
function toObjectKind({ group, objectKind, object }: Envelope): ObjectKind {
  if (objectKind !== "") return { group, kind: objectKind };
  if (object === undefined || object.kind === "") throw malformed("request.kind.kind", "is missing");
  return kindOf(object);
}

/** An API server always says the operation; without one the object is judged as if it were new, which is the strictest. */
function toOperation(text: string): Operation {
  if (text === "") return "CREATE";
  const operation = operations.find((known) => known === text);
  if (operation === undefined) throw malformed("request.operation", `is none of ${operations.join(", ")}`);
  return operation;
}

/** Whether every image, as written, already stood in the same field of the old object. */
function haveAllStood(images: readonly WorkloadImage[], old: readonly WorkloadImage[]): boolean {
  const stood = new Set(old.map(({ field, image }) => `${field} ${image}`));
  return images.every(({ field, image }) => stood.has(`${field} ${image}`));
}

function toProblem({ uid, apiVersion }: Envelope, code: ReviewProblemCode, message: string): ReviewProblem {
  return { ok: false, code, message, uid, apiVersion: apiVersions.includes(apiVersion) ? apiVersion : "admission.k8s.io/v1" };
}
