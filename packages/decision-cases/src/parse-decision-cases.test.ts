import { describe, expect, it } from "vitest";
import type { CaseProblem } from "./decision-case.ts";
import { parseDecisionCases } from "./parse-decision-cases.ts";

const head = "apiVersion: portcullis.dev/v1\nkind: DecisionCases\n";

function problemsOf(text: string): readonly CaseProblem[] {
  const problems: CaseProblem[] = [];
  parseDecisionCases("test/cases.yaml", text, problems);
  return problems;
}

function parse(text: string): NonNullable<ReturnType<typeof parseDecisionCases>> {
  const problems: CaseProblem[] = [];
  const parsed = parseDecisionCases("test/cases.yaml", text, problems);
  if (parsed === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return parsed;
}

function parseCase(fields: string): ReturnType<typeof parse>["cases"][number] {
  const [only] = parse(`${head}cases:\n  - { name: n, expect: allow, ${fields} }`).cases;
  if (only === undefined) throw new Error("no case");
  return only;
}

describe("parseDecisionCases", () => {
  it("takes the policies that stand beside the cases, at their own lines", () => {
    const policy = "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\n";

    const { bundle } = parse(`# about\n${head}files: { a.txt: x }\ncases: []\n---\n${policy}`);

    const [own, list] = bundle.files;
    expect(own?.path).toBe("cases.yaml");
    expect(own?.text.split("\n").slice(5)).toEqual(["---", "apiVersion: portcullis.dev/v1", "kind: ImagePolicy", ""]);
    expect(own?.text).not.toContain("DecisionCases");
    expect(list).toEqual({ path: "a.txt", text: "x" });
  });

  it("finds no cases in a file of policies", () => {
    expect(parseDecisionCases("p.yaml", "kind: ImagePolicy", [])).toBeUndefined();
    expect(parseDecisionCases("p.yaml", "- a list", [])).toBeUndefined();
  });

  it("reads a list of images as the containers of a pod", () => {
    const { workload, review } = parseCase("images: [nginx]");

    expect(workload).toMatchObject({ via: "admission", kind: "Pod", cluster: "default", namespace: "default", operation: "CREATE" });
    expect(workload.images).toEqual([{ image: "nginx", field: "containers", container: "containers-0" }]);
    expect(review).toMatchObject({ protocol: "admission", cluster: "default" });
    expect(JSON.parse(review.body)).toMatchObject({ kind: "AdmissionReview", request: { object: { kind: "Pod" } } });
  });

  it("reads images of other fields and kinds", () => {
    const { workload } = parseCase("kind: CronJob, images: { initContainers: [a], ephemeralContainers: [b], imageVolumes: [c] }");

    expect(workload).toMatchObject({ kind: "CronJob", group: "batch" });
    expect(workload.images.map(({ field, image }) => `${field} ${image}`).sort()).toEqual([
      "ephemeralContainers b",
      "imageVolumes c",
      "initContainers a",
    ]);
  });

  it("reads images as an ImageReview", () => {
    const { workload, review } = parseCase("via: image-review, images: [a], namespace: shop, cluster: prod");

    expect(workload).toMatchObject({ via: "image-review", namespace: "shop", cluster: "prod", images: [{ field: "any", image: "a" }] });
    expect(review.protocol).toBe("image-review");
  });

  it("reads old images of an update", () => {
    expect(parseCase("operation: UPDATE, images: [a], oldImages: [a]").workload.imagesUnchanged).toBe(true);
    expect(parseCase("operation: UPDATE, images: [a], oldImages: [b]").workload.imagesUnchanged).toBe(false);
  });

  it("reads objects, AdmissionReviews and ImageReviews as they are", () => {
    const pod = "{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: own }, spec: { containers: [{ image: a }] } }";
    const request = `{ uid: u, kind: { group: "", version: v1, kind: Pod }, operation: CREATE, namespace: given, object: ${pod} }`;

    expect(parseCase(`object: ${pod}`).workload).toMatchObject({ namespace: "own", name: "p" });
    expect(parseCase(`operation: UPDATE, object: ${pod}, oldObject: ${pod}`).workload.imagesUnchanged).toBe(true);
    expect(
      parseCase(`admissionReview: { apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: ${request} }`).workload.namespace,
    ).toBe("given");
    const spec = "{ containers: [{ image: a }], namespace: n }";
    const imageReview = `{ apiVersion: imagepolicy.k8s.io/v1alpha1, kind: ImageReview, spec: ${spec} }`;
    expect(parseCase(`imageReview: ${imageReview}`).workload).toMatchObject({ via: "image-review", namespace: "n" });
  });

  it("takes defaults for what a case does not say", () => {
    const { cases } = parse(
      `${head}defaults: { cluster: c, namespace: n, operation: UPDATE }\ncases: [{ name: x, expect: deny, images: [a] }]`,
    );

    expect(cases[0]?.workload).toMatchObject({ cluster: "c", namespace: "n", operation: "UPDATE" });
  });

  it.each([
    ["cases: 7", 3, "cases", "must be a list"],
    ["about: x", 1, "", 'must hold a list "cases"'],
    ["cases: []\nabuot: x", 4, "abuot", 'unknown field "abuot"'],
    ["cases: [7]", 3, "cases[0]", "must be a map"],
    ["cases:\n  - { expect: allow, images: [a] }", 4, "cases[0]", 'must have a "name"'],
    ["cases:\n  - { name: a, images: [a] }", 4, "cases[0]", 'must say what to "expect"'],
    ["cases:\n  - { name: a, images: [a], expect: maybe }", 4, "cases[0].expect", "must be a map"],
    ["cases:\n  - { name: a, images: [a], expect: {} }", 4, "cases[0].expect", 'a map with "verdict"'],
    ["cases:\n  - { name: a, images: [a], expect: { verdict: no } }", 4, "cases[0].expect.verdict", 'must be one of "allow", "deny"'],
    [
      "cases:\n  - { name: a, images: [a], expect: { verdict: deny, findings: [{ rule: alow }] } }",
      4,
      "cases[0].expect.findings[0].rule",
      "one of",
    ],
    ["cases:\n  - { name: a, images: [a], expect: { verdict: deny, message: [7] } }", 4, "cases[0].expect.message[0]", "must be a text"],
    ["cases:\n  - { name: a, expect: allow }", 4, "cases[0]", "exactly one of"],
    ["cases:\n  - { name: a, expect: allow, images: [a], object: {} }", 4, "cases[0]", "exactly one of"],
    ["cases:\n  - { name: a, expect: allow, images: [7] }", 4, "cases[0].images[0]", "must be a text"],
    ["cases:\n  - { name: a, expect: allow, images: { container: [a] } }", 4, "cases[0].images.container", "unknown field"],
    ["cases:\n  - { name: a, expect: allow, imageReview: { kind: Pod } }", 4, "cases[0]", "no policy would see"],
    [
      "cases:\n  - { name: a, expect: allow, images: [a] }\n  - { name: a, expect: allow, images: [b] }",
      5,
      "cases[1]",
      "the name of another case",
    ],
    ["cases: []\n---\nkind: DecisionCases", 1, "", "one of two documents"],
    ["cases: [", 3, "", "not valid YAML"],
  ])("reports %j", (text, line, field, message) => {
    const problems = problemsOf(head + text);

    expect(problems).toContainEqual({ file: "test/cases.yaml", line, field, message: expect.stringContaining(message) });
  });

  it("reports YAML so broken that its kind cannot be read, rather than skipping the cases", () => {
    expect(problemsOf("a: [\nkind: DecisionCases\ncases: []")).not.toEqual([]);
  });

  it("reports another apiVersion", () => {
    expect(problemsOf("kind: DecisionCases\ncases: []")).toMatchObject([{ message: expect.stringContaining("portcullis.dev/v1") }]);
  });
});
