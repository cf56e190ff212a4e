import { imageFields, type Operation, operations } from "@portcullis/policy";
import type { CaseValue } from "./case-value.ts";
import { isRecord } from "./case-value.ts";
import type { CaseReview } from "./decision-case.ts";
import { objectOfImages, shorthandKinds } from "./object-of-images.ts";

/** Who asks, where a case does not say. */
export interface CaseDefaults {
  readonly cluster: string;
  readonly namespace: string;
  readonly operation: Operation;
}

type Fields = ReadonlyMap<string, CaseValue>;

/** Fields of a case that say what is asked. */
export const givenFields = [
  "images",
  "oldImages",
  "kind",
  "via",
  "object",
  "oldObject",
  "admissionReview",
  "imageReview",
  "cluster",
  "namespace",
  "operation",
] as const;

const sources = ["images", "object", "admissionReview", "imageReview"] as const;

/** The review a case asks with; `undefined` when it does not say one, which is then reported. */
export function parseGiven(decisionCase: CaseValue, fields: Fields, defaults: CaseDefaults): CaseReview | undefined {
  const given = sources.filter((name) => fields.has(name));
  const [source, second] = given;
  if (source === undefined || second !== undefined) {
    return decisionCase.report(`must hold exactly one of ${sources.map((name) => `"${name}"`).join(", ")}`);
  }
  const who = parseWho(fields, defaults);
  const value = fields.get(source)?.value;
  if (source === "admissionReview") return { protocol: "admission", cluster: who.cluster, body: JSON.stringify(value) };
  if (source === "imageReview") return { protocol: "image-review", cluster: who.cluster, body: JSON.stringify(value) };
  if (source === "object") return admission(value, fields.get("oldObject")?.value, who);
  return fields.get("via")?.choice(["admission", "image-review"]) === "image-review" ? imageReview(fields, who) : shorthand(fields, who);
}

function parseWho(fields: Fields, defaults: CaseDefaults): CaseDefaults {
  return {
    cluster: fields.get("cluster")?.text() ?? defaults.cluster,
    namespace: fields.get("namespace")?.text() ?? defaults.namespace,
    operation: fields.get("operation")?.choice(operations) ?? defaults.operation,
  };
}

function shorthand(fields: Fields, who: CaseDefaults): CaseReview {
  const kind = fields.get("kind")?.choice(shorthandKinds) ?? "Pod";
  const images = parseImages(fields.get("images"));
  const oldImages = fields.has("oldImages") ? parseImages(fields.get("oldImages")) : undefined;
  return admission(objectOfImages(kind, images), oldImages && objectOfImages(kind, oldImages), who);
}

function imageReview(fields: Fields, { cluster, namespace }: CaseDefaults): CaseReview {
  const images = [...parseImages(fields.get("images")).values()].flat();
  const spec = { containers: images.map((image) => ({ image })), namespace };
  return {
    protocol: "image-review",
    cluster,
    body: JSON.stringify({ apiVersion: "imagepolicy.k8s.io/v1alpha1", kind: "ImageReview", spec }),
  };
}

/** A list of images is the containers'; a map names other fields. */
function parseImages(value: CaseValue | undefined): ReadonlyMap<string, readonly string[]> {
  if (Array.isArray(value?.value)) return new Map([["containers", parseTexts(value)]]);
  const entries = [...(value?.entries(imageFields) ?? [])];
  return new Map(entries.map(([field, images]) => [field, parseTexts(images)]));
}

function parseTexts(list: CaseValue): readonly string[] {
  return (list.items() ?? []).map((item) => item.text() ?? "");
}

/** Wraps an object as an API server would. */
function admission(object: unknown, oldObject: unknown, { cluster, namespace, operation }: CaseDefaults): CaseReview {
  const { group, version, kind, name } = identify(object);
  const request = {
    uid: "00000000-0000-4000-8000-000000000000",
    kind: { group, version, kind },
    resource: { group, version, resource: `${kind.toLowerCase()}s` },
    name,
    namespace: namespaceOf(object) ?? namespace,
    operation,
    userInfo: {},
    object: operation === "DELETE" ? null : object,
    oldObject: operation === "DELETE" ? object : (oldObject ?? null),
    dryRun: false,
    options: null,
  };
  return { protocol: "admission", cluster, body: JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }) };
}

function identify(object: unknown): { group: string; version: string; kind: string; name: string } {
  const fields = isRecord(object) ? object : {};
  const apiVersion = String(fields["apiVersion"] ?? "v1");
  const slash = apiVersion.lastIndexOf("/");
  const metadata = isRecord(fields["metadata"]) ? fields["metadata"] : {};
  return {
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind: String(fields["kind"] ?? "Pod"),
    name: String(metadata["name"] ?? ""),
  };
}

function namespaceOf(object: unknown): string | undefined {
  const metadata = isRecord(object) ? object["metadata"] : undefined;
  const namespace = isRecord(metadata) ? metadata["namespace"] : undefined;
  return typeof namespace === "string" ? namespace : undefined;
}
