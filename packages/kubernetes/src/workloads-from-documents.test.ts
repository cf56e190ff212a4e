import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DocumentDefaults, workloadsFromDocuments } from "./workloads-from-documents.ts";

const defaults: DocumentDefaults = { cluster: "default", namespace: "shop", operation: "CREATE" };

/** Per document: `kind namespace/name image,image`, or the code of its problem. */
function read(text: string, more: Partial<DocumentDefaults> = {}): string[] {
  return workloadsFromDocuments(text, { ...defaults, ...more }).map((document) => {
    if (!document.ok) return `${document.source}, line ${document.line}: ${document.code}`;
    const { group, kind, namespace, name, images } = document.workload;
    return `${document.source}: ${group}/${kind} ${namespace}/${name} ${images.map(({ image }) => image).join(",")}`;
  });
}

const pod = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: prod }
spec:
  containers:
    - { name: main, image: nginx }
    - { name: side }
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { generateName: api- }
spec: { template: { spec: { containers: [{ image: quay.io/acme/api }, {}] } } }
`;

function recording(file: string): string {
  const text = readFileSync(new URL(`../../../test/fixtures/${file}`, import.meta.url), "utf8");
  return JSON.stringify(JSON.parse(text).body, undefined, 2);
}

describe("workloadsFromDocuments", () => {
  it("reads several YAML documents and leaves out empty ones", () => {
    const workloads = read(`---\n# nothing\n---\n${pod}---\n${deployment}---\n`);

    expect(workloads).toEqual(["document 1: /Pod prod/web nginx,", "document 2: apps/Deployment shop/api- quay.io/acme/api"]);
  });

  it("says everything about an object that a review would", () => {
    const [document] = workloadsFromDocuments(deployment, { cluster: "blue", namespace: "", operation: "UPDATE" });

    expect(document).toEqual({
      ok: true,
      source: "document 1",
      line: 1,
      workload: {
        via: "admission",
        cluster: "blue",
        namespace: "",
        group: "apps",
        kind: "Deployment",
        name: "api-",
        operation: "UPDATE",
        images: [{ image: "quay.io/acme/api", field: "containers", container: "" }],
        imagesUnchanged: false,
        annotations: {},
        unknownImageLists: [],
      },
    });
  });

  it("reads JSON, one value or several in a row", () => {
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { containers: [{ image: "nginx" }] } };
    const texts = [
      JSON.stringify(object),
      `\n${JSON.stringify(object, undefined, 2)}\n`,
      `${JSON.stringify(object)}\n${JSON.stringify(object)}\n`,
    ];

    const workloads = texts.map((text) => read(text));

    expect(workloads).toEqual([
      ["document 1: /Pod shop/a nginx"],
      ["document 1: /Pod shop/a nginx"],
      ["document 1: /Pod shop/a nginx", "document 2: /Pod shop/a nginx"],
    ]);
  });

  it("takes lists apart, typed ones too", () => {
    const item = { metadata: { name: "a" }, spec: { containers: [{ image: "nginx" }] } };
    const whole = { apiVersion: "v1", kind: "Pod", ...item };
    const list = { apiVersion: "v1", kind: "List", items: [whole, { kind: "List", items: [whole] }, 5] };
    const podList = { apiVersion: "v1", kind: "PodList", items: [item] };

    const workloads = [list, podList, [whole]].map((value) => read(JSON.stringify(value)));

    expect(workloads).toEqual([
      [
        "document 1, item 1: /Pod shop/a nginx",
        "document 1, item 2, item 1: /Pod shop/a nginx",
        "document 1, item 3, line 1: review-no-kind",
      ],
      ["document 1, item 1: /Pod shop/a nginx"],
      ["document 1, item 1: /Pod shop/a nginx"],
    ]);
  });

  it("judges what stands beside the items of a list, as an API server would judge an object of that kind", () => {
    const spec = { containers: [{ image: "beside" }] };
    const list = { apiVersion: "example.com/v1", kind: "DenyList", metadata: {}, items: [{ spec: {} }], spec };

    const workloads = read(JSON.stringify(list));

    expect(workloads).toEqual(["document 1, item 1: example.com/Deny shop/ ", "document 1: example.com/DenyList shop/ beside"]);
  });

  it("reads a list of a whole cluster, larger than any one review may be", () => {
    const item = { kind: "Pod", spec: { containers: Array.from({ length: 30 }, () => ({ image: "nginx" })) } };
    const list = { kind: "List", items: Array.from({ length: 5000 }, () => item) };

    const workloads = workloadsFromDocuments(JSON.stringify(list), defaults);

    expect(workloads.filter(({ ok }) => ok)).toHaveLength(5000);
  });

  it("reads reviews as they were sent", () => {
    const review = recording("kube-apiserver-1.36/admission-deployment-update-image.json");
    const imageReview = recording("kube-apiserver-1.36/image-review-pod-create.json");

    const workloads = [read(review), read(imageReview)];

    expect(workloads).toEqual([
      ["document 1: apps/Deployment shop/api busybox:1.36,registry.example.com/team/api:2.0,nginx"],
      ["document 1: /Pod shop/ registry.example.com/team/web:1.0,nginx,busybox:1.36"],
    ]);
  });

  it("has no images where the operation is DELETE", () => {
    expect(read(pod, { operation: "DELETE" })).toEqual(["document 1: /Pod prod/web "]);
  });

  it("follows anchors and merge keys", () => {
    const workloads = read('kind: Pod\nx: &c { image: nginx, name: main }\nspec: { containers: [*c, { <<: *c, image: "redis" }] }\n');

    expect(workloads).toEqual(["document 1: /Pod shop/ nginx,redis"]);
  });

  it("does not let a tag hide what a map holds", () => {
    const workloads = read(
      "kind: Rollout\nspec: !!omap [containers: [{ image: a }]]\nother: !!set { x: { containers: [{ image: b }] } }\n",
    );

    expect(workloads).toEqual(["document 1: /Rollout shop/ a,b"]);
  });

  it("reads a key named __proto__ as data, in YAML and in JSON", () => {
    const texts = [
      "kind: Rollout\nspec: { __proto__: { containers: [{ image: evil }] } }\n",
      '{"kind":"Rollout","__proto__":{"containers":[{"image":"evil"}]}}',
    ];

    const workloads = texts.map((text) => read(text));

    expect(workloads).toEqual([["document 1: /Rollout shop/ evil"], ["document 1: /Rollout shop/ evil"]]);
  });

  it.each([
    ["text that is no YAML", "a: [1\n", ["document 1, line 2: review-not-yaml"]],
    ["a key twice", "kind: Pod\nspec: {}\nspec: {}\n", ["document 1, line 3: review-not-yaml"]],
    ["a key twice in JSON", '{"kind":"Pod","spec":{},"spec":{}}', ["document 1, line 1: review-duplicate-key"]],
    ["an alias without its anchor", "kind: *pod\n", ["document 1, line 1: review-not-yaml"]],
    ["a merge of a text", "kind: Pod\n<<: text\n", ["document 1, line 1: review-not-yaml"]],
    ["a number", "5", ["document 1, line 1: review-no-kind"]],
    ["an object without a kind", "spec: {}", ["document 1, line 1: review-no-kind"]],
    [
      "a policy between two objects",
      `${pod}---\nkind: Pod\nspec: { containers: 5 }\n---\n${pod}`,
      ["document 1: /Pod prod/web nginx,", "document 2, line 9: review-malformed", "document 3: /Pod prod/web nginx,"],
    ],
    [
      "an image that YAML reads as a number",
      "kind: Pod\nspec: { containers: [{ image: 1.0 }] }\n",
      ["document 1, line 1: review-malformed"],
    ],
    [
      "a review without a uid",
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{}}',
      ["document 1, line 1: review-missing-uid"],
    ],
    ["nothing", "", []],
  ])("says what is wrong with %s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("never throws, whatever the text", () => {
    const piece = fc.constantFrom(
      "kind: ",
      "---\n",
      "image: ",
      "<<: ",
      "&a ",
      "*a ",
      "!!binary ",
      "containers:\n  - ",
      "%YAML 1.1\n",
      "{",
      "}",
      "[",
      "]",
      '"',
    );
    const text = fc.string({ unit: fc.oneof(piece, fc.string({ minLength: 1, maxLength: 1 })), maxLength: 40 });

    fc.assert(
      fc.property(text, (document) => void expect(workloadsFromDocuments(document, defaults)).toBeInstanceOf(Array)),
      { numRuns: 2000 },
    );
  });

  it("refuses aliases that would blow a small file up", () => {
    const levels = Array.from({ length: 9 }, (_, index) => `l${index + 1}: &l${index + 1} [${Array(9).fill(`*l${index}`).join(", ")}]`);

    const workloads = read(`kind: Pod\nl0: &l0 [a]\n${levels.join("\n")}\n`);

    expect(workloads).toEqual(["document 1, line 1: review-not-yaml"]);
  });

  it("finds the same in an object as JSON, as YAML, and in a list", () => {
    const image = fc.constantFrom("nginx", "quay.io/a/b:1", "");
    const object = fc.record({
      apiVersion: fc.constantFrom("v1", "apps/v1"),
      kind: fc.constantFrom("Pod", "Deployment", "Rollout"),
      spec: fc.record({
        containers: fc.array(fc.record({ image })),
        template: fc.record({ spec: fc.record({ initContainers: fc.array(fc.record({ image })) }) }),
      }),
    });

    fc.assert(
      fc.property(object, (value) => {
        const json = JSON.stringify(value);
        const texts = [json, `---\n${json}\n`, JSON.stringify({ kind: "List", items: [value] })];

        const [first, ...others] = texts.map((text) => read(text).map((line) => line.replace(", item 1", "")));

        for (const other of others) expect(other).toEqual(first);
      }),
    );
  });
});
