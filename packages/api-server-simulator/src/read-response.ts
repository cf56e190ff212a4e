import type { ImageReviewStatus } from "./image-review.ts";

/** What an admission webhook answered, as far as a validating webhook is heard. */
export interface AdmissionAnswer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly hasPatch: boolean;
}

/** The status in an answer to an ImageReview, or why the API server cannot decode it. */
export function readImageReviewStatus(body: string): ImageReviewStatus | string {
  const review = readFields(body);
  if (review === undefined) return "the answer is not a JSON object";
  // The decoder fills in what is absent from the type it expects, and refuses every other type.
  const isExpected =
    isOneOf(review.get("kind"), [undefined, "ImageReview"]) &&
    isOneOf(review.get("apiVersion"), [undefined, "imagepolicy.k8s.io/v1alpha1"]);
  if (!isExpected) return "the answer is no ImageReview";
  const status = fieldsOf(review.get("status") ?? {});
  const allowed = status?.get("allowed") ?? false;
  const reason = status?.get("reason") ?? "";
  const auditAnnotations = textsOf(status?.get("auditAnnotations") ?? {});
  if (typeof allowed !== "boolean" || typeof reason !== "string" || auditAnnotations === undefined)
    return "the answer's status cannot be decoded";
  return { allowed, reason, auditAnnotations };
}

/** The response in an answer to an AdmissionReview of `apiVersion`, or why kube-apiserver fails the call. */
export function readAdmissionAnswer(body: string, apiVersion: string): AdmissionAnswer | string {
  const review = readFields(body);
  if (review === undefined) return "the answer is not a JSON object";
  if (review.get("kind") !== "AdmissionReview" || review.get("apiVersion") !== apiVersion) {
    return `expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${review.get("apiVersion")}, Kind=${review.get("kind")}`;
  }
  const response = fieldsOf(review.get("response"));
  if (response === undefined) return "webhook response was absent";
  const uid = response.get("uid") ?? "";
  const allowed = response.get("allowed") ?? false;
  const warnings = listOfTexts(response.get("warnings") ?? []);
  const auditAnnotations = textsOf(response.get("auditAnnotations") ?? {});
  const status = readStatus(response.get("status") ?? {});
  if (
    typeof uid !== "string" ||
    typeof allowed !== "boolean" ||
    warnings === undefined ||
    auditAnnotations === undefined ||
    status === undefined
  ) {
    return "the answer's response cannot be decoded";
  }
  const hasPatch = response.get("patch") !== undefined || response.get("patchType") !== undefined;
  return { uid, allowed, warnings, auditAnnotations, hasPatch, ...status };
}

function readStatus(value: unknown): Pick<AdmissionAnswer, "code" | "message" | "reason"> | undefined {
  const status = fieldsOf(value);
  const code = status?.get("code") ?? 0;
  const message = status?.get("message") ?? "";
  const reason = status?.get("reason") ?? "";
  if (status === undefined || typeof code !== "number" || typeof message !== "string" || typeof reason !== "string") return undefined;
  return { code, message, reason };
}

function readFields(body: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, unknown>(Object.entries(value));
}

function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const texts: [string, string][] = [];
  for (const [key, text] of fields) {
    if (typeof text !== "string") return undefined;
    texts.push([key, text]);
  }
  return Object.fromEntries(texts);
}

function listOfTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((text) => typeof text === "string");
  return texts.length === value.length ? texts : undefined;
}

function isOneOf(value: unknown, expected: readonly unknown[]): boolean {
  return expected.includes(value);
}
