/** Lists of a pod spec that hold images. */
export const imageFields = ["containers", "initContainers", "ephemeralContainers", "imageVolumes"] as const;
export type ImageField = (typeof imageFields)[number];

/** One image of a workload, and where it came from. */
export interface WorkloadImage {
  /** As written. Empty when a Pod or an ImageReview left it out: such an image breaks every deny policy that covers it. */
  readonly image: string;
  /** `any` where the review does not say: such an image counts as being in every field. */
  readonly field: ImageField | "any";
  /** Name of the container or volume; empty where the review does not say. */
  readonly container: string;
}

export const operations = ["CREATE", "UPDATE", "DELETE", "CONNECT"] as const;
export type Operation = (typeof operations)[number];

/** What one review asks about. Everything a policy can read stands here, and nothing else. */
export interface Workload {
  /** Which protocol asked. An ImageReview says neither operation, name nor field. */
  readonly via: "image-review" | "admission";
  /** From the caller's certificate or URL, never from the body. */
  readonly cluster: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** API group of the object; empty for the core group. */
  readonly group: string;
  /** `Pod`, `Deployment`, … An ImageReview is about a `Pod`. */
  readonly kind: string;
  /** Name, or `generateName` where the name is not known yet; empty where neither is. Never read by a native policy. */
  readonly name: string;
  readonly operation: Operation;
  readonly images: readonly WorkloadImage[];
  /**
   * True for an UPDATE whose every image, as written, already stood in the same field of the old object.
   * No ImagePolicy judges such a workload, so that a new deny does not freeze label edits.
   */
  readonly imagesUnchanged: boolean;
  /** Annotations sent with an ImageReview (those with `.image-policy.k8s.io/` in the key); empty otherwise. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Paths of lists outside any pod spec whose items hold an `image`; reported as warnings. */
  readonly unknownImageLists: readonly string[];
}
