import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAdmissionReview } from "./admission-review.ts";
import type { Review, ReviewContext, ReviewProblem } from "./parsed-review.ts";

const context: ReviewContext = { cluster: "blue", unknownImageLists: "report" };
const uid = "b61dd8b0-3e90-46f8-a922-39ee74af0cf7";

function parse(body: unknown): Review | ReviewProblem {
  return parseAdmissionReview(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), context);
}

/** An AdmissionReview that creates a Pod, but for what the caller says. */
function aReview(request: object = {}, review: object = {}): object {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const pod = aPod("nginx");
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid, kind, namespace: "shop", name: "web", operation: "CREATE", object: pod, ...request },
    ...review,
  };
}

function aPod(...images: unknown[]): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web" },
    spec: { containers: images.map((image) => ({ name: "main", image })) },
  };
}

function workloadOf(body: unknown): Review["workload"] {
  const review = parse(body);
  if (!review.ok) throw new Error(`${review.code}: ${review.message}`);
  return review.workload;
}

describe("parseAdmissionReview", () => {
  it("says who asks about what", () => {
    const review = parse(aReview({ dryRun: true }));

    expect(review).toEqual({
      ok: true,
      uid,
      apiVersion: "admission.k8s.io/v1",
      dryRun: true,
      workload: {
        via: "admission",
        cluster: "blue",
        namespace: "shop",
        group: "",
        kind: "Pod",
        name: "web",
        operation: "CREATE",
        images: [{ image: "nginx", field: "containers", container: "main" }],
        imagesUnchanged: false,
        annotations: {},
        unknownImageLists: [],
      },
    });
  });

  it("echoes the apiVersion of old API servers", () => {
    const review = parse(aReview({}, { apiVersion: "admission.k8s.io/v1beta1" }));

    expect(review).toMatchObject({ ok: true, apiVersion: "admission.k8s.io/v1beta1" });
  });

  it.each([
    ["not JSON", "{nope", "review-not-json", ""],
    ["no bytes at all", "", "review-not-json", ""],
    ["a list", "[]", "review-wrong-kind", ""],
    ["a number", "1", "review-wrong-kind", ""],
    ["an ImageReview", { apiVersion: "imagepolicy.k8s.io/v1alpha1", kind: "ImageReview", spec: {} }, "review-wrong-kind", ""],
    ["another version", aReview({}, { apiVersion: "admission.k8s.io/v2" }), "review-wrong-kind", uid],
    ["a kind that is no string", aReview({}, { kind: 1 }), "review-wrong-kind", uid],
    ["no request", aReview({}, { request: undefined }), "review-malformed", ""],
    ["a request that is a list", aReview({}, { request: [] }), "review-malformed", ""],
    ["no uid", aReview({ uid: undefined }), "review-missing-uid", ""],
    ["an empty uid", aReview({ uid: "" }), "review-missing-uid", ""],
    ["a uid that is a number", aReview({ uid: 5 }), "review-missing-uid", ""],
    ["an endless uid", aReview({ uid: "a".repeat(257) }), "review-missing-uid", ""],
    ["an unknown operation", aReview({ operation: "PATCH" }), "review-malformed", uid],
    ["an operation that is a number", aReview({ operation: 1 }), "review-malformed", uid],
    ["a namespace that is a list", aReview({ namespace: [] }), "review-malformed", uid],
    ["a dryRun that is a string", aReview({ dryRun: "false" }), "review-malformed", uid],
    ["a kind that is a string", aReview({ kind: "Pod" }), "review-malformed", uid],
    ["no object", aReview({ object: undefined }), "review-malformed", uid],
    ["a null object", aReview({ object: null }), "review-malformed", uid],
    ["an object that is a string", aReview({ object: "pod" }), "review-malformed", uid],
    ["an old object that is a list", aReview({ operation: "UPDATE", oldObject: [] }), "review-malformed", uid],
    ["a spec that is a list", aReview({ object: { spec: [] } }), "review-malformed", uid],
    ["containers that are no list", aReview({ object: { spec: { containers: {} } } }), "review-malformed", uid],
    ["containers that are a string", aReview({ object: { spec: { containers: "nginx" } } }), "review-malformed", uid],
    ["a container that is a string", aReview({ object: { spec: { initContainers: ["nginx"] } } }), "review-malformed", uid],
    ["a container that is a list", aReview({ object: { spec: { ephemeralContainers: [[]] } } }), "review-malformed", uid],
    ["an image that is a number", aReview({ object: aPod(5) }), "review-malformed", uid],
    ["an image that is an object", aReview({ object: aPod({}) }), "review-malformed", uid],
    ["an image that is true", aReview({ object: aPod(true) }), "review-malformed", uid],
    ["volumes that are no list", aReview({ object: { spec: { volumes: {} } } }), "review-malformed", uid],
    ["an image volume that is a string", aReview({ object: { spec: { volumes: [{ image: "x" }] } } }), "review-malformed", uid],
    ["a reference that is a number", aReview({ object: { spec: { volumes: [{ image: { reference: 1 } }] } } }), "review-malformed", uid],
  ])("finds the problem of a review with %s", (_, body, code, expectedUid) => {
    const review = parse(body);

    expect(review).toMatchObject({ ok: false, code, uid: expectedUid, apiVersion: "admission.k8s.io/v1" });
  });

  it.each([
    ["an image", '"object":{"spec":{"containers":[{"image":"good","image":"evil"}]}}'],
    ["an escaped image", '"object":{"spec":{"containers":[{"image":"good","\\u0069mage":"evil"}]}}'],
    ["a reference", '"object":{"spec":{"volumes":[{"image":{"reference":"a","reference":"b"}}]}}'],
    ["containers", '"object":{"spec":{"containers":[{"image":"evil"}],"containers":[]}}'],
    ["a spec", '"object":{"spec":{"containers":[{"image":"evil"}]},"spec":{}}'],
    ["an object", '"object":{"spec":{"containers":[{"image":"evil"}]}},"object":{}'],
    ["an operation", '"operation":"DELETE"'],
    ["a namespace", '"namespace":"a","namespace":"b"'],
    ["a uid", '"uid":"another"'],
  ])("refuses a review that holds %s twice, and still says its uid", (_, member) => {
    const review = parse(
      `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"${uid}","operation":"CREATE","kind":{"kind":"Pod"},${member}}}`,
    );

    expect(review).toMatchObject({ ok: false, code: "review-duplicate-key", uid });
  });

  it("says the uid of a body that is not UTF-8, too deep, or too long", () => {
    const bodies = ["ab\xff", "[".repeat(200), `[${"1,".repeat(400_000)}`].map((end) =>
      Buffer.from(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"${uid}","object":{"a":"${end}`, "latin1"),
    );
    const [broken = Buffer.of()] = bodies;
    const closed = Buffer.concat([broken, Buffer.from('"}}}')]);
    const unquoted = bodies.slice(1).map((body) => Buffer.from(body.toString().replace('"a":"', '"a":')));

    const problems = [closed, ...unquoted].map((body) => parseAdmissionReview(body, context));

    expect(problems).toMatchObject([
      { code: "review-not-json", uid },
      { code: "review-too-deep", uid },
      { code: "review-too-many-tokens", uid },
    ]);
  });

  it("never throws, whatever the bytes", () => {
    const honest = JSON.stringify(aReview({ operation: "UPDATE", oldObject: aPod("nginx") }));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.nat(honest.length), fc.nat(4), fc.uint8Array({ maxLength: 4 })).map(([at, removed, inserted]) => {
        return Buffer.concat([Buffer.from(honest.slice(0, at)), inserted, Buffer.from(honest.slice(at + removed))]);
      }),
      fc
        .object({ key: fc.constantFrom("request", "object", "spec", "containers", "image", "uid", "kind", "volumes", "metadata") })
        .map((value) => Buffer.from(JSON.stringify(aReview({ object: value })))),
    );

    fc.assert(
      fc.property(bytes, (body) => void expect(typeof parseAdmissionReview(body, context).ok).toBe("boolean")),
      { numRuns: 2000 },
    );
  });
});

describe("the workload of an AdmissionReview", () => {
  it("has an empty image where a container of a Pod names none, and none where a template does not", () => {
    const spec = { containers: [{ name: "a" }, { name: "b", image: "" }, { name: "c", image: null }, { name: "d", image: "nginx" }] };
    const deployment = { kind: { group: "apps", kind: "Deployment" }, object: { spec: { template: { spec } } } };

    const images = [aReview({ object: { spec } }), aReview(deployment)].map((review) =>
      workloadOf(review).images.map(({ image }) => image),
    );

    expect(images).toEqual([["", "", "", "nginx"], ["nginx"]]);
  });

  it("has no images where lists are null, as Go writes them", () => {
    const workload = workloadOf(aReview({ object: { metadata: null, spec: { containers: null, initContainers: null, volumes: null } } }));

    expect(workload.images).toEqual([]);
  });

  it("has no images when an object is deleted, or connected to", () => {
    const deleted = workloadOf(aReview({ operation: "DELETE", object: null, oldObject: aPod("evil") }));
    const connected = workloadOf(
      aReview({ operation: "CONNECT", kind: { group: "", kind: "PodExecOptions" }, object: { container: "main" } }),
    );
    const proxied = workloadOf(aReview({ operation: "CONNECT", kind: { group: "", kind: "NodeProxyOptions" }, object: null }));

    expect([deleted, connected, proxied].map(({ operation, images }) => [operation, images])).toEqual([
      ["DELETE", []],
      ["CONNECT", []],
      ["CONNECT", []],
    ]);
  });

  it("is judged as new when the review names no operation, and by the object's kind when it names no kind", () => {
    const object = { ...aPod("nginx"), apiVersion: "apps/v1", kind: "Deployment" };

    const workload = workloadOf(aReview({ operation: undefined, kind: undefined, object }));

    expect(workload).toMatchObject({ operation: "CREATE", group: "apps", kind: "Deployment", imagesUnchanged: false });
  });

  it("takes labels and annotations named like fields for what they are", () => {
    const metadata = {
      name: "web",
      labels: { containers: "x", spec: "y" },
      annotations: { image: "z", volumes: "v", initContainers: "w" },
    };
    const template = { metadata, spec: { containers: [{ image: "nginx" }], nodeSelector: { containers: "yes", template: "no" } } };
    const deployment = { kind: { group: "apps", kind: "Deployment" }, object: { metadata, spec: { selector: metadata, template } } };

    const workload = workloadOf(aReview(deployment));

    expect(workload).toMatchObject({ images: [{ image: "nginx" }], unknownImageLists: [] });
  });

  it("is named by metadata or generateName where the request has no name", () => {
    const named = [{ name: "a", generateName: "b-" }, { generateName: "b-" }, {}].map((metadata) => {
      return workloadOf(aReview({ name: "", object: { metadata, spec: {} } })).name;
    });

    expect(named).toEqual(["a", "b-", ""]);
  });

  it("is unchanged when every image already stood in the same field of the old object", () => {
    const image = fc.constantFrom("a", "b", "c", "");
    const spec = fc.record({
      containers: fc.array(fc.record({ image }), { maxLength: 3 }),
      initContainers: fc.array(fc.record({ image }), { maxLength: 3 }),
      volumes: fc.array(fc.record({ image: fc.record({ reference: image }) }), { maxLength: 2 }),
    });
    const pairs = (of: Review["workload"]): string[] => of.images.map(({ field, image: text }) => `${field}:${text}`);

    fc.assert(
      fc.property(spec, spec, (before, after) => {
        const old = workloadOf(aReview({ object: { spec: before } }));

        const workload = workloadOf(aReview({ operation: "UPDATE", object: { spec: after }, oldObject: { spec: before } }));

        const stood = new Set(pairs(old));
        expect(workload.imagesUnchanged).toBe(pairs(workload).every((pair) => stood.has(pair)));
      }),
    );
  });

  it("may hold 4,096 images and no more, unless an UPDATE leaves them as they were", () => {
    const most = aPod(...Array.from({ length: 4096 }, (_, index) => `image-${index}`));
    const tooMany = aPod(...Array.from({ length: 4097 }, (_, index) => `image-${index}`));

    const reviews = [
      parse(aReview({ object: most })),
      parse(aReview({ object: tooMany })),
      parse(aReview({ operation: "UPDATE", object: tooMany, oldObject: most })),
      parse(aReview({ operation: "UPDATE", object: tooMany, oldObject: tooMany })),
      parse(aReview({ operation: "DELETE", object: null, oldObject: tooMany })),
    ];

    expect(reviews.map((review) => (review.ok ? review.workload.images.length : review.code))).toEqual([
      4096,
      "review-too-many-images",
      "review-too-many-images",
      4096,
      0,
    ]);
  });

  it("is never unchanged when it is created, or when an image moves to another field", () => {
    const created = workloadOf(aReview({ oldObject: aPod("nginx") }));
    const moved = workloadOf(
      aReview({
        operation: "UPDATE",
        object: { spec: { initContainers: [{ image: "a" }] } },
        oldObject: { spec: { containers: [{ image: "a" }] } },
      }),
    );
    const unknown = workloadOf(aReview({ operation: "UPDATE", oldObject: null }));

    expect([created.imagesUnchanged, moved.imagesUnchanged, unknown.imagesUnchanged]).toEqual([false, false, false]);
  });
});
