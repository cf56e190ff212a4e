/** `spec` of an ImageReview (`imagepolicy.k8s.io/v1alpha1`): all that kube-apiserver tells about a Pod. */
export interface ImageReviewSpec {
  readonly containers?: readonly { readonly image?: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

/** `status` of an ImageReview: all that kube-apiserver reads of an answer. */
export interface ImageReviewStatus {
  readonly allowed: boolean;
  readonly reason?: string;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** A Pod, as far as an ImageReview is made from it. */
export interface ReviewedPod {
  readonly namespace: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly containers?: readonly string[];
  readonly initContainers?: readonly string[];
  readonly ephemeralContainers?: readonly string[];
  /** Not empty for a request to `pods/<subresource>`. */
  readonly subresource?: string;
}

/**
 * The review that kube-apiserver makes from a Pod: containers, then init containers, order and duplicates kept; for
 * `ephemeralContainers` those alone. Of the annotations only those with `.image-policy.k8s.io/` in the key.
 * `undefined` for other subresources: nobody is asked about them.
 */
export function toImageReviewSpec(pod: ReviewedPod): ImageReviewSpec | undefined {
  const { namespace, annotations = {}, containers = [], initContainers = [], ephemeralContainers = [], subresource = "" } = pod;
  if (subresource !== "" && subresource !== "ephemeralcontainers") return undefined;
  const images = subresource === "" ? [...containers, ...initContainers] : ephemeralContainers;
  const sent = Object.entries(annotations).filter(([key]) => key.includes(".image-policy.k8s.io/"));
  return {
    ...(images.length > 0 ? { containers: images.map((image) => (image === "" ? {} : { image })) } : {}),
    ...(sent.length > 0 ? { annotations: Object.fromEntries(sent.sort(([a], [b]) => (a < b ? -1 : 1))) } : {}),
    ...(namespace === "" ? {} : { namespace }),
  };
}

/** The body kube-apiserver posts for a spec. */
export function toImageReviewBody(spec: ImageReviewSpec): string {
  return JSON.stringify({
    kind: "ImageReview",
    apiVersion: "imagepolicy.k8s.io/v1alpha1",
    metadata: {},
    spec,
    status: { allowed: false },
  });
}
