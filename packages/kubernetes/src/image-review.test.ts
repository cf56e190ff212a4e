import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseImageReview } from "./image-review.ts";
import type { Review, ReviewProblem } from "./parsed-review.ts";

function parse(body: unknown): Review | ReviewProblem {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return parseImageReview(Buffer.from(text), { cluster: "blue", unknownImageLists: "report" });
}

function aReview(spec: unknown, review: object = {}): object {
  return { apiVersion: "imagepolicy.k8s.io/v1alpha1", kind: "ImageReview", metadata: {}, spec, status: { allowed: false }, ...review };
}

describe("parseImageReview", () => {
  it("is about a Pod whose images may stand in any field", () => {
    const annotations = { "a.image-policy.k8s.io/b": "c", "example.com/other": "x", image: "y" };

    const review = parse(aReview({ containers: [{ image: "nginx" }, { image: "nginx" }], annotations, namespace: "shop" }));

    const image = { image: "nginx", field: "any", container: "" };
    expect(review).toEqual({
      ok: true,
      uid: "",
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      dryRun: false,
      workload: {
        via: "image-review",
        cluster: "blue",
        namespace: "shop",
        group: "",
        kind: "Pod",
        name: "",
        operation: "CREATE",
        images: [image, image],
        imagesUnchanged: false,
        annotations: { "a.image-policy.k8s.io/b": "c" },
        unknownImageLists: [],
      },
    });
  });

  it("counts a container without an image as an empty image, and an absent list as no containers", () => {
    const reviews = [
      parse(aReview({ containers: [{}, { image: null }, { image: "" }] })),
      parse(aReview({ containers: null, annotations: null })),
    ];

    const images = reviews.map((review) => review.ok && review.workload.images.map(({ image }) => image));

    expect(images).toEqual([["", "", ""], []]);
  });

  it("keeps an annotation with a hostile name as data", () => {
    const review = parse(
      `{"apiVersion":"imagepolicy.k8s.io/v1alpha1","kind":"ImageReview","spec":{"annotations":{"__proto__":"x","__proto__.image-policy.k8s.io/":"y"}}}`,
    );

    const annotations = review.ok ? review.workload.annotations : {};

    expect(Object.entries(annotations)).toEqual([["__proto__.image-policy.k8s.io/", "y"]]);
    expect(Object.getPrototypeOf(annotations)).toBe(Object.prototype);
  });

  it.each([
    ["not JSON", "nope", "review-not-json"],
    ["a string", '"ImageReview"', "review-wrong-kind"],
    ["an AdmissionReview", { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" }, "review-wrong-kind"],
    ["another version", aReview({}, { apiVersion: "imagepolicy.k8s.io/v1" }), "review-wrong-kind"],
    ["no spec", aReview(undefined), "review-malformed"],
    ["a spec that is a list", aReview([]), "review-malformed"],
    ["containers that are no list", aReview({ containers: { image: "nginx" } }), "review-malformed"],
    ["a container that is a string", aReview({ containers: ["nginx"] }), "review-malformed"],
    ["a container that is null", aReview({ containers: [null] }), "review-malformed"],
    ["an image that is a number", aReview({ containers: [{ image: 1 }] }), "review-malformed"],
    ["a namespace that is a number", aReview({ namespace: 1 }), "review-malformed"],
    ["annotations that are a list", aReview({ annotations: [] }), "review-malformed"],
    ["an annotation that is a number", aReview({ annotations: { a: 1 } }), "review-malformed"],
    ["two images", '{"spec":{"containers":[{"image":"good","image":"evil"}]}}', "review-duplicate-key"],
    ["two lists", '{"spec":{"containers":[{"image":"evil"}],"containers":[]}}', "review-duplicate-key"],
    ["two specs", '{"spec":{},"spec":{}}', "review-duplicate-key"],
    ["an annotation twice", '{"spec":{"annotations":{"a.image-policy.k8s.io/":"1","a.image-policy.k8s.io/":"2"}}}', "review-duplicate-key"],
    ["4,097 images", aReview({ containers: Array.from({ length: 4097 }, () => ({ image: "nginx" })) }), "review-too-many-images"],
    ["129 levels", `{"metadata":${"[".repeat(128)}${"]".repeat(128)}}`, "review-too-deep"],
    ["400,001 values and names", `{"metadata":[${"1,".repeat(399_997)}1]}`, "review-too-many-tokens"],
  ])("finds the problem of a review with %s", (_, body, code) => {
    const review = parse(body);

    expect(review).toMatchObject({ ok: false, code, uid: "", apiVersion: "imagepolicy.k8s.io/v1alpha1" });
  });

  it("reads a review at the limits", () => {
    const deep = parse(aReview({}, { metadata: JSON.parse(`${"[".repeat(127)}${"]".repeat(127)}`) }));
    const wide = parse(`{"apiVersion":"imagepolicy.k8s.io/v1alpha1","kind":"ImageReview","spec":{},"metadata":[${"1,".repeat(399_990)}1]}`);

    expect([deep.ok, wide.ok]).toEqual([true, true]);
  });

  it("never throws, whatever the bytes", () => {
    const anything = fc.object({ key: fc.constantFrom("spec", "containers", "image", "annotations", "namespace", "a") });
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      anything.map((spec) => Buffer.from(JSON.stringify(aReview(spec)))),
    );

    fc.assert(
      fc.property(body, (bytes) => {
        const review = parseImageReview(bytes, { cluster: "blue", unknownImageLists: "strict" });

        expect(typeof review.ok).toBe("boolean");
      }),
      { numRuns: 1000 },
    );
  });
});
