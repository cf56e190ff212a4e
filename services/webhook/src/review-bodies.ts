import type { ReviewPath } from "./review-protocol.ts";

/** An ImageReview as kube-apiserver sends it. */
export function imageReviewBody(images: readonly unknown[] = ["nginx"], spec: object = {}): string {
  return JSON.stringify({
    kind: "ImageReview",
    apiVersion: "imagepolicy.k8s.io/v1alpha1",
    metadata: {},
    spec: { containers: images.map((image) => ({ image })), namespace: "default", ...spec },
    status: { allowed: false },
  });
}

/** The creation of a Pod as kube-apiserver sends it. */
export function admissionReviewBody(images: readonly unknown[] = ["nginx"], request: object = {}): string {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  return JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "uid-1",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      name: "app",
      namespace: "default",
      operation: "CREATE",
      object: { kind: "Pod", apiVersion: "v1", metadata: { name: "app" }, spec: { containers } },
      ...request,
    },
  });
}

export function reviewBody(path: ReviewPath, images?: readonly unknown[]): string {
  return path === "validate" ? admissionReviewBody(images) : imageReviewBody(images);
}

/** What an API server would take from an answer; throws where it would find none. */
export function readVerdict(path: ReviewPath, text: string): { readonly allowed: boolean; readonly message: string; readonly uid: string } {
  const body: unknown = JSON.parse(text);
  const record = path === "validate" ? member(body, "response") : member(body, "status");
  const kind = member(body, "kind");
  const apiVersion = member(body, "apiVersion");
  if (path === "validate" && (kind !== "AdmissionReview" || apiVersion !== "admission.k8s.io/v1"))
    throw new Error(`not an answer: ${text}`);
  if (path === "image-review" && (kind !== "ImageReview" || apiVersion !== "imagepolicy.k8s.io/v1alpha1"))
    throw new Error(`not an answer: ${text}`);
  const allowed = member(record, "allowed");
  if (typeof allowed !== "boolean") throw new Error(`no verdict: ${text}`);
  const reason = path === "validate" ? member(member(record, "status"), "message") : member(record, "reason");
  return { allowed, message: String(reason ?? ""), uid: String(member(record, "uid") ?? "") };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
